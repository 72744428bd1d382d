import { nameFor } from "@/projects/nameFor";
import { useSession } from "@/session/store";
import { useProject } from "./project";

/** What the server calls a session that was opened without a title. */
const UNTITLED = "New session";

/** A session without a name takes one from its first prompt. It is a courtesy: that it failed is not worth telling. */
export function nameUntitled(prompt: string): void {
  const { state } = useSession.getState();
  if (!state || state.turns.length !== 1 || (state.session.title && state.session.title !== UNTITLED)) return;
  useProject.getState().renameSession(state.session.id, nameFor(prompt)).catch(() => {});
}
