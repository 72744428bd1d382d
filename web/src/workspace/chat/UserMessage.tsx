import { CircleAlert } from "lucide-react";
import { notifyProblem } from "@/components/notify";
import { Button } from "@/components/ui/button";
import type { Turn } from "@/session/state";
import { useSession } from "@/session/store";
import { focusComposer, useUi } from "../ui";

export function UserMessage({ turn }: { turn: Turn }) {
  return (
    <div className="flex min-w-0 flex-col items-end gap-1.5" data-testid="message-user" data-sending={turn.sending}>
      <div className={`max-w-[85%] rounded-2xl rounded-br-md bg-secondary px-3.5 py-2 text-sm break-words whitespace-pre-wrap text-secondary-foreground ${turn.sending === "sending" ? "opacity-70" : ""}`}>{turn.content}</div>
      {turn.sending === "sending" && <span className="text-xs text-muted-foreground">Sending…</span>}
      {turn.sending === "failed" && <NotSent turn={turn} />}
    </div>
  );
}

function NotSent({ turn }: { turn: Turn }) {
  const { send, withdraw } = useSession();
  const edit = () => {
    withdraw(turn.key);
    useUi.getState().setDraft(turn.content);
    focusComposer();
  };
  return (
    <div role="alert" className="flex items-center gap-1 text-xs text-destructive">
      <CircleAlert className="size-3.5" /> Not sent
      <Button variant="link" size="sm" className="h-6 px-1 text-xs" onClick={() => void send(turn.content, turn.key).catch((error) => notifyProblem("The message could not be sent", error))}>
        Try again
      </Button>
      <Button variant="link" size="sm" className="h-6 px-1 text-xs" onClick={edit}>
        Edit
      </Button>
    </div>
  );
}
