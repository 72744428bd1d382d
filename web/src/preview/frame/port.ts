/** The frame's end of the protocol. */
import { type FromFrame, readAppMessage, type ToFrame } from "../protocol";

type Distribute<T> = T extends { v: 1 } ? Omit<T, "v"> : never;

let port: MessagePort | null = null;

/** Says hello to the parent and waits for its one port. */
export function connect(receive: (message: ToFrame) => void): void {
  const onMessage = (event: MessageEvent) => {
    if (event.source !== window.parent || event.data?.v !== 1 || event.data?.t !== "port" || !event.ports[0]) return;
    window.removeEventListener("message", onMessage);
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      const message = readAppMessage(data);
      if (message) receive(message);
    };
    send({ t: "ready" });
  };
  window.addEventListener("message", onMessage);
  window.parent.postMessage({ v: 1, t: "hello" }, "*");
}

export function send(message: Distribute<FromFrame>): void {
  port?.postMessage({ v: 1, ...message });
}
