/** Falls asleep when the page has been hidden for a while, and wakes when it is seen again. */

/**
 * A browser opens six connections to a host over HTTP/1.1, and a stream keeps one: tabs that nobody looks at must not
 * take them all. A glance at another tab is shorter than this and costs nothing.
 */
export const HIDDEN_GRACE_MS = 10_000;

export type Sleeper = { onAsleep: () => void; onAwake: () => void };

export class Sleep {
  #asleep = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly sleeper: Sleeper) {}

  get asleep(): boolean {
    return this.#asleep;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#look);
    this.#look();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#timer);
  }

  #look = () => {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#turn(true), HIDDEN_GRACE_MS);
    else this.#turn(false);
  };

  #turn(asleep: boolean): void {
    if (asleep === this.#asleep) return;
    this.#asleep = asleep;
    if (asleep) this.sleeper.onAsleep();
    else this.sleeper.onAwake();
  }
}
