import { Clock, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { SessionState } from "@/session/state";
import { useWorks } from "../project";
import { stopWithNotice } from "../useWorkspaceActions";

/** Prompts that wait behind the running answer. */
export function QueueList({ state }: { state: SessionState }) {
  const works = useWorks();
  const waiting = state.queue.filter((one) => one.generation_id !== state.active);
  if (waiting.length === 0 || !state.active) return null;
  const prompt = (id: string) => state.turns.find((turn) => turn.messageId === id)?.content ?? "…";
  return (
    <ul aria-label="Waiting prompts" data-testid="queue" className="max-h-28 shrink-0 overflow-y-auto border-t bg-muted/40 px-4 py-2 text-xs">
      {waiting.map((one, index) => (
        <li key={one.generation_id} className="flex items-center gap-2 text-muted-foreground">
          <Clock className="size-3.5 shrink-0" />
          <span className="shrink-0 tabular-nums">{index + 1}.</span>
          <span className="flex-1 truncate">{prompt(one.message_id)}</span>
          {works && <Button variant="ghost" size="icon-sm" className="size-6" aria-label="Take out of the queue" onClick={() => void stopWithNotice(one.generation_id)}>
            <X />
          </Button>}
        </li>
      ))}
    </ul>
  );
}
