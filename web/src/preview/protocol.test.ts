import assert from "node:assert/strict";
import { test } from "node:test";
import { readFrameMessage } from "./protocol";

test("messages of the protocol are read", () => {
  assert.deepEqual(readFrameMessage({ v: 1, t: "rendered", rid: 1, ms: 3 }), { v: 1, t: "rendered", rid: 1, ms: 3 });
  assert.equal(readFrameMessage({ v: 1, t: "console", level: "log", text: "x", extra: "y" })?.t, "console");
});

test("anything else is not", () => {
  for (const bad of [null, 1, "x", {}, { v: 2, t: "ready" }, { v: 1, t: "steal" }, { v: 1, t: "rendered", rid: "1", ms: 3 }, { v: 1, t: "console", level: "log", text: "x".repeat(9_000) }]) {
    assert.equal(readFrameMessage(bad), null);
  }
});
