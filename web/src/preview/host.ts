/** The app's end of the frame: the handshake, checked messages, and a watchdog. */
import { type FromFrame, readFrameMessage, type ToFrame } from "./protocol";

const PING_EVERY_MS = 2_000;
const PONG_WITHIN_MS = 5_000;
const BOOT_WITHIN_MS = 20_000;
const MESSAGES_PER_SECOND = 300;

type Distribute<T> = T extends { v: 1 } ? Omit<T, "v"> : never;

export type HostListener = { onMessage: (message: FromFrame) => void; onDead: (reason: "unborn" | "silent" | "navigated") => void };

export class FrameHost {
  #port: MessagePort | null = null;
  #loads = 0;
  #pinged: number | null = null;
  #born = performance.now();
  #allowance = MESSAGES_PER_SECOND;
  readonly #timers: ReturnType<typeof setInterval>[];

  constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly listener: HostListener,
  ) {
    window.addEventListener("message", this.#greet);
    frame.addEventListener("load", this.#loaded);
    this.#timers = [setInterval(() => this.#ping(), PING_EVERY_MS), setInterval(() => (this.#allowance = MESSAGES_PER_SECOND), 1_000)];
  }

  send(message: Distribute<ToFrame>): void {
    this.#port?.postMessage({ v: 1, ...message });
  }

  close(): void {
    window.removeEventListener("message", this.#greet);
    this.frame.removeEventListener("load", this.#loaded);
    for (const timer of this.#timers) clearInterval(timer);
    this.#port?.close();
    this.#port = null;
  }

  /** Only our own frame, only once, only from its opaque origin. */
  #greet = (event: MessageEvent) => {
    if (event.source !== this.frame.contentWindow || event.origin !== "null" || this.#port) return;
    if (event.data?.v !== 1 || event.data?.t !== "hello") return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#receive(data);
    this.#port = port1;
    this.frame.contentWindow?.postMessage({ v: 1, t: "port" }, "*", [port2]);
  };

  #receive(data: unknown): void {
    if (this.#allowance-- <= 0) return;
    const message = readFrameMessage(data);
    if (!message) return;
    if (message.t === "pong") this.#pinged = null;
    else this.listener.onMessage(message);
  }

  /** The frame loads once; a second time means that its content went somewhere else. */
  #loaded = () => {
    if (++this.#loads > 1) this.listener.onDead("navigated");
  };

  #ping(): void {
    const now = performance.now();
    if (document.hidden) {
      this.#pinged = null;
      this.#born = now;
      return;
    }
    if (!this.#port) {
      if (now - this.#born > BOOT_WITHIN_MS) this.listener.onDead("unborn");
      return;
    }
    if (this.#pinged === null) {
      this.#pinged = now;
      this.send({ t: "ping", rid: Math.round(now) });
    } else if (now - this.#pinged > PONG_WITHIN_MS) {
      this.#pinged = null;
      this.listener.onDead("silent");
    }
  }
}
