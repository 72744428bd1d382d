import { Copy, RotateCcw, TriangleAlert, Wrench, X } from "lucide-react";
import { toast } from "sonner";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import type { PreviewError } from "@/preview/protocol";
import { useSession } from "@/session/store";
import { useWorks } from "../project";
import { focusComposer, useUi } from "../ui";
import { restoreVersion } from "./restore";

const titles: Record<PreviewError["kind"], string> = {
  compile: "This does not compile",
  import: "An import cannot be found",
  runtime: "An error while running",
  rejection: "A promise was rejected",
  react: "A component failed",
  csp: "Blocked in the preview",
  loop: "An endless loop",
};

/** What is wrong, where, and what can be done about it. */
export function PreviewErrorCard({ error, onDismiss }: { error: PreviewError; onDismiss: () => void }) {
  const works = useWorks();
  const openFile = useUi((store) => store.openFile);
  const where = error.file && `${error.file}${error.line ? `:${error.line}` : ""}`;
  const copy = () => navigator.clipboard.writeText(report(error)).then(() => toast.success("Copied"), (cause) => notifyProblem("Copying failed", cause));
  return (
    <div role="alert" data-testid="preview-error" className="absolute inset-x-3 bottom-3 mx-auto max-h-[70%] max-w-2xl overflow-y-auto rounded-xl border border-destructive/40 bg-background p-4 text-sm shadow-lg">
      <div className="flex items-center gap-2">
        <TriangleAlert className="size-4 shrink-0 text-destructive" />
        <h2 className="font-medium">{titles[error.kind]}</h2>
        {where && (
          <button type="button" className="truncate rounded font-mono text-xs text-brand-ink underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring" onClick={() => openFile(error.file!, error.line)}>
            {where}
          </button>
        )}
        <Button variant="ghost" size="icon-sm" className="ml-auto" onClick={onDismiss} aria-label="Dismiss">
          <X />
        </Button>
      </div>
      <p className="mt-2 font-mono text-xs break-words whitespace-pre-wrap">{error.message}</p>
      {error.componentStack && (
        <details className="mt-2 text-xs text-muted-foreground">
          <summary>Component stack</summary>
          <pre className="mt-1 overflow-x-auto font-mono">{error.componentStack.trim()}</pre>
        </details>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {works && <FixButton error={error} />}
        {works && <RestoreButton />}
        <Button variant="outline" size="sm" onClick={() => void copy()}>
          <Copy /> Copy
        </Button>
      </div>
    </div>
  );
}

const report = (error: PreviewError) => [`${titles[error.kind]}${error.file ? ` in ${error.file}${error.line ? `, line ${error.line}` : ""}` : ""}:`, error.message].join("\n");

/** Writes the prompt and leaves the sending, and so the cost, to the user. */
function FixButton({ error }: { error: PreviewError }) {
  const fix = () => {
    useUi.getState().setDraft(`The preview shows an error. Please fix it.\n\n${report(error)}`);
    focusComposer();
  };
  return (
    <Button size="sm" onClick={fix} data-testid="fix-it">
      <Wrench /> Fix it
    </Button>
  );
}

function RestoreButton() {
  const head = useSession((store) => store.state?.head ?? null);
  if (!head || head < 2) return null;
  return (
    <Button variant="outline" size="sm" onClick={() => void restoreVersion(head - 1)}>
      <RotateCcw /> Restore v{head - 1}
    </Button>
  );
}
