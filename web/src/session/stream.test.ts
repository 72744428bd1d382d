/** The stream of a page that is hidden and seen again, with a clock that the test turns. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import type { SessionEvent } from "./events";
import { HIDDEN_GRACE_MS } from "./sleep";
import { type Connection, SessionStream } from "./stream";

class Source extends EventTarget {
  static opened: Source[] = [];
  closed = false;
  onerror = () => {};
  constructor(readonly url: string) {
    super();
    Source.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  tells(type: string, data: unknown, lastEventId: string) {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId }));
  }
}

class Page extends EventTarget {
  hidden = false;
  is(hidden: boolean) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

const page = new Page();
const seen: Connection[] = [];
const told: SessionEvent[] = [];
let asked = Promise.resolve();
const last = () => Source.opened.at(-1)!;
const piece = (index: number) => ["explanation", { generation_id: "gen_1", attempt: 1, index, delta: "x" }, `v1.0.0.${index}`] as const;

function stream(from?: string): SessionStream {
  const opened = new SessionStream("ses_1", {
    onEvents: (events) => told.push(...events),
    onConnection: (connection) => seen.push(connection),
    expectsSound: () => true,
    reauthenticate: () => asked,
    onUnshared: () => {},
  });
  opened.open(from);
  return opened;
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  Object.assign(globalThis, { window: new EventTarget(), document: page, EventSource: Source, requestAnimationFrame: () => {} });
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
  page.hidden = false;
  for (const list of [Source.opened, seen, told]) list.length = 0;
});

test("a glance at another tab costs nothing", () => {
  const one = stream();
  page.is(true);
  mock.timers.tick(HIDDEN_GRACE_MS - 1);
  page.is(false);
  mock.timers.tick(HIDDEN_GRACE_MS);
  assert.equal(Source.opened.length, 1);
  assert.equal(last().closed, false);
  one.close();
});

test("a hidden page closes its stream, loses nothing of what it heard, and goes on behind it", () => {
  const one = stream();
  last().tells("hello", { version: 1, head: null, active_generation: null }, "v1.0.0.1");
  page.is(true);
  mock.timers.tick(HIDDEN_GRACE_MS - 1);
  last().tells(...piece(7));
  mock.timers.tick(1);
  assert.equal(last().closed, true);
  last().tells(...piece(8));
  mock.timers.tick(60_000);
  assert.equal(Source.opened.length, 1);
  assert.deepEqual(told.map((event) => event.type), ["hello", "explanation"]);

  page.is(false);
  assert.equal(Source.opened.length, 2);
  assert.match(last().url, /from=v1\.0\.0\.7$/);
  assert.deepEqual(seen, ["live", "paused", "connecting"]);
  one.close();
});

test("nothing wakes a hidden page: not the network, not a retry, not a new place to begin at", () => {
  const one = stream();
  last().onerror();
  page.is(true);
  mock.timers.tick(HIDDEN_GRACE_MS);
  const before = Source.opened.length;
  window.dispatchEvent(new Event("online"));
  one.open("g:gen_2");
  mock.timers.tick(60_000);
  assert.equal(Source.opened.length, before);
  page.is(false);
  assert.match(decodeURIComponent(last().url), /from=g:gen_2$/);
  assert.equal(last().closed, false);
  one.close();
});

test("a page that was opened behind another sleeps too", () => {
  page.hidden = true;
  const one = stream();
  mock.timers.tick(HIDDEN_GRACE_MS);
  assert.equal(last().closed, true);
  one.close();
});

test("what is closed stays closed, whatever was still being asked", async () => {
  const one = stream();
  last().onerror();
  mock.timers.tick(1_000);
  let answer = () => {};
  asked = new Promise((resolve) => (answer = resolve));
  last().onerror();
  const before = Source.opened.length;
  one.close();
  answer();
  await new Promise(setImmediate);
  mock.timers.tick(60_000);
  page.is(true);
  page.is(false);
  assert.equal(Source.opened.length, before);
});
