import { setTimeout as pause } from "node:timers/promises";

/** How long a story waits for any one fact. The machine may be busy with other things. */
export const DEADLINE_MS = 60_000;
const BETWEEN_MS = 50;

/** Asks again until the answer is true, and answers with it. */
export async function until(what, ask, deadline = DEADLINE_MS) {
  const end = Date.now() + deadline;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${deadline / 1000} s in vain: ${what}`);
    await pause(BETWEEN_MS);
  }
}
