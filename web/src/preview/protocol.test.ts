import assert from "node:assert/strict";
import { test } from "node:test";
import { readAppMessage, readFrameMessage } from "./protocol";

test("messages of the protocol are read", () => {
  assert.deepEqual(readFrameMessage({ v: 1, t: "rendered", rid: 1, ms: 3 }), { v: 1, t: "rendered", rid: 1, ms: 3 });
  assert.equal(readFrameMessage({ v: 1, t: "console", level: "log", text: "x", extra: "y" })?.t, "console");
});

test("anything else is not", () => {
  for (const bad of [null, 1, "x", {}, { v: 2, t: "ready" }, { v: 1, t: "steal" }, { v: 1, t: "rendered", rid: "1", ms: 3 }, { v: 1, t: "console", level: "log", text: "x".repeat(9_000) }]) {
    assert.equal(readFrameMessage(bad), null);
  }
});

test("what the app says is read too, and nothing else", () => {
  const render = { v: 1, t: "render", rid: 1, theme: "dark", code: "export default 1", css: "", lines: [{ file: "src/App.tsx", start: 1, lines: 1 }] };
  assert.deepEqual(readAppMessage(render), render);
  for (const bad of [null, "render", { ...render, v: 2 }, { ...render, code: 7 }, { ...render, lines: [{ file: "x" }] }, { v: 1, t: "theme", theme: "pink" }, { v: 1, t: "pong", rid: 1 }]) {
    assert.equal(readAppMessage(bad), null);
  }
});
