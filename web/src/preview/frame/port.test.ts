import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToFrame } from "../protocol";
import { connect } from "./port";

class Frame extends EventTarget {
  said: unknown[] = [];
  parent = { postMessage: (message: unknown) => this.said.push(message) };
  hears(source: unknown, data: unknown, ports: MessagePort[]) {
    this.dispatchEvent(Object.assign(new Event("message"), { source, data, ports }));
  }
}

test("the frame takes one port from its parent, and over it only messages of the protocol", async (context) => {
  const frame = new Frame();
  Object.assign(globalThis, { window: frame });
  const heard: ToFrame[] = [];
  const { port1, port2 } = new MessageChannel();
  context.after(() => port1.close());
  connect((message) => heard.push(message));
  assert.deepEqual(frame.said, [{ v: 1, t: "hello" }]);

  for (const stranger of [{ v: 1, t: "steal" }, null, "port", { v: 2, t: "port" }]) frame.hears(frame.parent, stranger, [port2]);
  frame.hears({}, { v: 1, t: "port" }, [port2]);
  frame.hears(frame.parent, { v: 1, t: "port" }, [port2]);
  const ready = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  assert.deepEqual(await ready, { v: 1, t: "ready" });

  for (const nonsense of [null, "render", { v: 1, t: "render" }, { v: 1, t: "theme", theme: { toString: "x" } }]) port1.postMessage(nonsense);
  const ping: ToFrame = { v: 1, t: "ping", rid: 3 };
  port1.postMessage(ping);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(heard, [ping]);
});
