import { RotateCcw, TriangleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Generation } from "@/session/state";
import { useWorks } from "../project";
import { sendWithNotice } from "../useWorkspaceActions";

export function ErrorCard({ generation, prompt }: { generation: Generation; prompt: string }) {
  const works = useWorks();
  const { error } = generation;
  return (
    <div role="alert" className="rounded-lg border border-destructive/30 bg-destructive/5 p-3">
      <p className="flex items-center gap-2 font-medium">
        <TriangleAlert className="size-4 text-destructive" /> The answer failed
      </p>
      <p className="mt-1 text-muted-foreground">{error?.message ?? "No reason was given."}</p>
      <div className="mt-2 flex items-center justify-between gap-2">
        <code className="font-mono text-xs text-muted-foreground">{error?.code}</code>
        {works && error?.retryable !== false && (
          <Button variant="outline" size="sm" onClick={() => void sendWithNotice(prompt)} data-testid="retry">
            <RotateCcw /> Ask again
          </Button>
        )}
      </div>
    </div>
  );
}
