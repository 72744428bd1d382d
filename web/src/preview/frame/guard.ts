/** The counter that compiled loops and functions call; see `compile/guard.ts`. */
import { GUARD } from "../compile/guard-name";

const CALLS_BETWEEN_LOOKS = 256;
/** Many calls in a short time are a loop; few in a long time are a slow machine, until it is very long. */
const CALLS_TO_SUSPECT = 20_000;
const SUSPECT_AFTER_MS = 2_000;
const CERTAIN_AFTER_MS = 6_000;

export class EndlessLoop extends Error {
  override name = "EndlessLoop";
}

/** Counts calls within one task of the event loop. A message to ourselves tells when the task is over. */
export function installGuard(): void {
  const channel = new MessageChannel();
  let calls = 0;
  let since = 0;
  channel.port1.onmessage = () => (calls = 0);
  const count = () => {
    if (calls++ === 0) {
      since = performance.now();
      channel.port2.postMessage(0);
    }
    if (calls % CALLS_BETWEEN_LOOKS !== 0) return;
    const spent = performance.now() - since;
    if ((spent > SUSPECT_AFTER_MS && calls > CALLS_TO_SUSPECT) || spent > CERTAIN_AFTER_MS) {
      throw new EndlessLoop(`A loop or recursion did not end within ${Math.round(spent / 100) / 10} s and was stopped.`);
    }
  };
  Object.defineProperty(window, GUARD, { value: count, writable: false, configurable: false });
}
