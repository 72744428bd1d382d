import assert from "node:assert/strict";
import { test } from "node:test";
import { uuid7 } from "./uuid7";

test("a UUIDv7 says its version, its variant and its time", () => {
  const id = uuid7(0x0199_1234_5678);
  assert.match(id, /^01991234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("later ids sort after earlier ones", () => {
  assert.ok(uuid7(1_000) < uuid7(2_000));
});
