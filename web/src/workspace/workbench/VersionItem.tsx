import { Bot, Eye, RotateCcw, Undo2, UserPen } from "lucide-react";
import type { VersionSummary } from "@/api/types";
import { ago } from "@/components/ago";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useSession } from "@/session/store";
import { useVersions } from "@/session/versions";
import { useWorks } from "../project";
import { useUi } from "../ui";
import { restoreVersion } from "./restore";

type Props = { version: VersionSummary; head: number | null; selected: boolean; onSelect: () => void };

export function VersionItem({ version, head, selected, onSelect }: Props) {
  const { number } = version;
  const newest = number === head;
  const running = useSession((store) => store.state?.active !== null);
  const works = useWorks();
  const prompt = usePrompt(version.generation_id);
  const look = () => {
    useVersions.getState().view(newest ? null : number);
    useUi.getState().show("preview");
  };
  return (
    <li data-testid="version-item" data-number={number} className={`border-b p-3 ${selected ? "bg-accent/60" : ""}`}>
      <button type="button" aria-pressed={selected} onClick={onSelect} className="w-full rounded text-left outline-none focus-visible:ring-2 focus-visible:ring-ring">
        <span className="flex items-center gap-2 text-sm font-medium">
          <Author version={version} /> Version {number}
          {newest && <Badge variant="secondary">newest</Badge>}
        </span>
        <span className="mt-1 line-clamp-2 text-xs text-muted-foreground">{describe(version, prompt)}</span>
        <time dateTime={version.created_at} className="mt-0.5 block text-xs text-muted-foreground">
          {ago(version.created_at)}
        </time>
      </button>
      <div className="mt-2 flex gap-1.5">
        <Button variant="outline" size="sm" className="h-7 px-2 text-xs" onClick={look}>
          <Eye /> View
        </Button>
        {!newest && works && (
          <Button variant="outline" size="sm" className="h-7 px-2 text-xs" disabled={running} onClick={() => void restoreVersion(number)} data-testid="restore">
            <RotateCcw /> Restore
          </Button>
        )}
      </div>
    </li>
  );
}

function Author({ version }: { version: VersionSummary }) {
  const Icon = version.restored_from ? Undo2 : version.author === "model" ? Bot : UserPen;
  return <Icon className="size-4 text-muted-foreground" />;
}

function usePrompt(generation: string | null | undefined): string | undefined {
  return useSession((store) => (generation ? store.state?.turns.find((turn) => turn.generationId === generation)?.content : undefined));
}

function describe(version: VersionSummary, prompt: string | undefined): string {
  if (version.restored_from) return `Restored from version ${version.restored_from}`;
  if (version.author === "user") return "Your edit";
  return prompt ?? "An answer";
}
