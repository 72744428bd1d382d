import assert from "node:assert/strict";
import { test } from "node:test";
import { browserName } from "./browserName";

test("a browser has a name that people know", () => {
  assert.equal(browserName("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux");
  assert.equal(browserName("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"), "Edge on Windows");
  assert.equal(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604.1"), "Safari on iOS");
  assert.equal(browserName("curl/8.5.0"), "curl/8.5.0");
  assert.equal(browserName(""), "Unknown");
});
