"use client";

import { ArrowUp, Eye, Paperclip, Square } from "lucide-react";
import type { KeyboardEvent } from "react";
import { notifyProblem } from "@/components/notify";
import { useOverlays } from "@/components/overlays";
import { Button } from "@/components/ui/button";
import { ModelPicker } from "@/models/ModelPicker";
import { stoppable, useSession } from "@/session/store";
import { useWorks } from "../project";
import { useUi } from "../ui";
import { nameUntitled } from "../nameUntitled";
import { stopWithNotice } from "../useWorkspaceActions";

/** Where prompts are written; whoever may only read sees why there is nothing to write in. */
export function Composer() {
  return useWorks() ? <Writing /> : <ReadOnly />;
}

function ReadOnly() {
  return (
    <p className="m-3 mt-2 flex shrink-0 items-center gap-2 rounded-2xl border border-dashed bg-muted/40 px-4 py-3 text-sm text-muted-foreground" data-testid="read-only">
      <Eye className="size-4 shrink-0" /> This project is shared with you to read. Its owner can make you an editor.
    </p>
  );
}

/** Sends while an answer runs too: the prompt then waits its turn. */
function Writing() {
  const { draft, setDraft } = useUi();
  const state = useSession((store) => store.state);
  const send = useSession((store) => store.send);
  const show = useOverlays((store) => store.show);
  const running = stoppable(state);
  const stopping = running !== null && state?.generations[running]?.status === "cancelling";

  const submit = () => {
    const content = draft.trim();
    if (!content || !state) return;
    setDraft("");
    send(content).then(() => nameUntitled(content), (error) => notifyProblem("The message could not be sent", error));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && !event.shiftKey && running) {
      event.preventDefault();
      void stopWithNotice(running);
    } else if (event.key === "ArrowUp" && draft === "") {
      event.preventDefault();
      setDraft(state?.turns.at(-1)?.content ?? "");
    }
  };

  return (
    <form
      className="shrink-0 p-3 pt-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="rounded-2xl border bg-card p-1.5 shadow-xs transition-shadow focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/30">
        <textarea
          id="composer"
          data-testid="prompt"
          aria-label="Your prompt"
          placeholder={state && state.turns.length > 0 ? "Refine it: what should change?" : "Describe what you want…"}
          rows={2}
          className="field-sizing-content max-h-52 min-h-14 w-full resize-none bg-transparent px-2.5 py-1.5 text-sm outline-none placeholder:text-muted-foreground"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="flex items-center gap-1.5">
          <Button type="button" variant="ghost" size="icon" className="size-8 rounded-full text-muted-foreground" aria-label="Bring files in" title="Bring files in" onClick={() => show("import")} disabled={!state} data-testid="import">
            <Paperclip />
          </Button>
          <ModelPicker />
          <span className="flex-1" />
          {running && (
            <Button type="button" variant="outline" size="sm" className="rounded-full" disabled={stopping} onClick={() => void stopWithNotice(running)} data-testid="stop">
              <Square className="size-3 fill-current" /> {stopping ? "Stopping" : "Stop"}
            </Button>
          )}
          <Button type="submit" size="icon" className="size-8 rounded-full" disabled={!draft.trim() || !state} aria-label={running ? "Send; it waits for the running answer" : "Send"} data-testid="send">
            <ArrowUp />
          </Button>
        </div>
      </div>
    </form>
  );
}
