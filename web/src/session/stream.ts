/** One session's event stream: reconnects by itself, hands events over in batches of one animation frame. */
import { sessions } from "@/api/api";
import { eventNames, type EventName, isPiece, type SessionEvent } from "./events";
import { Sleep } from "./sleep";

/** Paused: nobody looks at the page. */
export type Connection = "connecting" | "live" | "reconnecting" | "offline" | "paused";

export type Listener = {
  onEvents: (events: SessionEvent[]) => void;
  onConnection: (connection: Connection) => void;
  /** Whether something should be heard at all: only a running answer is never silent for long. */
  expectsSound: () => boolean;
  /** Makes sure we may still connect. Rejects when signed out. */
  reauthenticate: () => Promise<unknown>;
  /** It was taken from us while we watched. */
  onUnshared: () => void;
};

const SILENCE_MS = 35_000;
const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 10_000;
/** Hidden pages draw no frames; their events wait no longer than this. */
const HIDDEN_FLUSH_MS = 250;

export class SessionStream {
  #source: EventSource | null = null;
  #cursor: string | undefined;
  #waiting: SessionEvent[] = [];
  #scheduled = false;
  #heard = Date.now();
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  readonly #sleep = new Sleep({ onAsleep: () => this.#fallAsleep(), onAwake: () => this.#wake() });

  constructor(
    private readonly session: string,
    private readonly listener: Listener,
  ) {}

  /**
   * Opens, or opens anew, from a cursor or stream position; without one from now. Pieces of an answer that still wait
   * for their frame are told again: applied to one that begins anew, they would hide those before them.
   */
  open(from?: string): void {
    this.#cursor = from;
    this.#waiting = this.#waiting.filter((event) => !isPiece(event));
    this.#connect();
    this.#watch ??= setInterval(() => this.#checkSilence(), 5_000);
    this.#sleep.start();
    window.addEventListener("online", this.#reopen);
    window.addEventListener("offline", this.#offline);
  }

  close(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#sleep.stop();
    window.removeEventListener("online", this.#reopen);
    window.removeEventListener("offline", this.#offline);
    this.#source?.close();
    this.#source = null;
    this.#waiting = [];
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    if (this.#sleep.asleep) return;
    this.#heard = Date.now();
    const source = new EventSource(sessions.eventsUrl(this.session, this.#cursor));
    this.#source = source;
    for (const name of eventNames) source.addEventListener(name, (event) => source === this.#source && this.#receive(name, event as MessageEvent<string>));
    source.onerror = () => source === this.#source && this.#lost();
  }

  #receive(type: EventName, message: MessageEvent<string>): void {
    this.#heard = Date.now();
    if (message.lastEventId) this.#cursor = message.lastEventId;
    const event = { type, data: JSON.parse(message.data) } as SessionEvent;
    if (event.type === "hello") this.#live();
    if (event.type === "closing") return void this.#closing(event.data.reason);
    this.#waiting.push(event);
    if (event.type === "reset") this.#pause();
    this.#schedule();
  }

  #live(): void {
    this.#failures = 0;
    this.listener.onConnection("live");
  }

  /** After a reset the listener reads the snapshot and opens us again from the cursor it was given. */
  #pause(): void {
    this.#source?.close();
    this.#source = null;
  }

  async #closing(reason: string): Promise<void> {
    this.#pause();
    if (reason === "unshared") return this.listener.onUnshared();
    this.listener.onConnection("reconnecting");
    if (reason === "signed_out" || reason === "expired") {
      if (!(await allowed(this.listener))) return;
    }
    this.#retryAfter(FIRST_RETRY_MS * Math.random());
  }

  #lost(): void {
    this.#pause();
    this.#failures += 1;
    this.listener.onConnection(navigator.onLine ? "reconnecting" : "offline");
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    // EventSource hides the status: after a second failure ask a route that does not.
    if (this.#failures > 1) void allowed(this.listener).then((may) => may && this.#retryAfter(delay));
    else this.#retryAfter(delay);
  }

  #retryAfter(ms: number): void {
    if (!this.#watch) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), ms * (0.75 + Math.random() / 2));
  }

  #checkSilence(): void {
    if (!this.#source || !this.listener.expectsSound() || Date.now() - this.#heard < SILENCE_MS) return;
    this.listener.onConnection("reconnecting");
    this.#connect();
  }

  /** What was heard and not yet handed over stays; the cursor is behind it. */
  #fallAsleep(): void {
    clearTimeout(this.#retry);
    this.#pause();
    this.listener.onConnection("paused");
  }

  #wake(): void {
    this.listener.onConnection("connecting");
    this.#connect();
  }

  #reopen = () => this.#connect();
  #offline = () => this.listener.onConnection("offline");

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const flush = () => {
      if (!this.#scheduled) return;
      this.#scheduled = false;
      const events = this.#waiting;
      this.#waiting = [];
      if (events.length > 0) this.listener.onEvents(events);
    };
    requestAnimationFrame(flush);
    setTimeout(flush, HIDDEN_FLUSH_MS);
  }
}

/** False only when the session is over; an unreachable server is worth another try. */
async function allowed(listener: Listener): Promise<boolean> {
  try {
    await listener.reauthenticate();
    return true;
  } catch (error) {
    return (error as { status?: number }).status !== 401;
  }
}
