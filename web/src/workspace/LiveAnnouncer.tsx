"use client";

import { useEffect, useRef, useState } from "react";
import { useSession } from "@/session/store";
import type { Generation, SessionState } from "@/session/state";

/** Tells listeners what happens, by milestones and never by tokens. */
export function LiveAnnouncer() {
  const state = useSession((store) => store.state);
  const before = useRef<SessionState | null>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const last = before.current;
    before.current = state;
    if (!state || !last || last.session.id !== state.session.id) return;
    const said = Object.values(state.generations).map((one) => announcement(last.generations[one.id], one)).filter(Boolean).at(-1);
    if (said) setText(said);
  }, [state]);
  return (
    <div aria-live="polite" role="status" className="sr-only" data-testid="announcer">
      {text}
    </div>
  );
}

const filesDone = (generation: Generation | undefined) => generation?.parts.filter((part) => part.kind === "file" && part.done) ?? [];

function announcement(before: Generation | undefined, now: Generation): string | null {
  if (before === now) return null;
  const files = filesDone(now);
  if (before?.status !== now.status) {
    if (now.status === "streaming") return "Answer started";
    if (now.status === "completed") return now.number ? `Done, version ${now.number}, ${files.length} ${files.length === 1 ? "file" : "files"}` : "Done";
    if (now.status === "cancelled") return "Stopped";
    if (now.status === "failed") return `Failed: ${now.error?.message ?? ""}`;
  }
  const newest = files.at(-1);
  return files.length > filesDone(before).length && newest?.kind === "file" ? `${newest.path} written` : null;
}
