"use client";

import { ArrowDown } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { SessionState } from "@/session/state";
import { AssistantMessage } from "./AssistantMessage";
import { UserMessage } from "./UserMessage";
import { useStickToEnd } from "./useStickToEnd";

/** Turns out of sight are neither laid out nor painted. Room for the rings of focus, which would be cut off at the edge. */
const UNSEEN_COSTS_NOTHING = "-m-1 p-1 [content-visibility:auto] [contain-intrinsic-size:auto_16rem]";

/** The transcript. Not a live region: the announcer speaks, by milestones. */
export function MessageList({ state }: { state: SessionState }) {
  const { box, away, toEnd } = useStickToEnd(state.session.id);
  const queued = new Set(state.queue.map((one) => one.generation_id));
  return (
    <div className="relative h-full">
      <div ref={box} role="log" aria-live="off" aria-label="Conversation" tabIndex={0} className="h-full overflow-y-auto outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset">
        <ol className="grid gap-6 px-4 py-5">
          {state.turns.map((turn) => {
            const generation = turn.generationId ? state.generations[turn.generationId] : undefined;
            return (
              <li key={turn.key} className={`grid min-w-0 gap-4 ${UNSEEN_COSTS_NOTHING}`}>
                <UserMessage turn={turn} />
                {generation && <AssistantMessage generation={generation} head={state.head} place={queued.has(generation.id) ? state.queue.findIndex((one) => one.generation_id === generation.id) + 1 : undefined} prompt={turn.content} />}
              </li>
            );
          })}
        </ol>
      </div>
      {away && (
        <Button variant="outline" size="icon" className="absolute bottom-3 left-1/2 size-8 -translate-x-1/2 rounded-full shadow-md" onClick={toEnd} aria-label="To the newest">
          <ArrowDown />
        </Button>
      )}
    </div>
  );
}
