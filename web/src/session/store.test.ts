/** The store between a stream and snapshots that come late, played by a server whose answers the test lets go. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Message, Session } from "@/api/types";
import { useMe } from "@/components/me";
import { chooseModel } from "@/models/choice";
import { useSession } from "./store";

const ID = "ses_1";
const at = "2026-01-01T00:00:00Z";
const prompt = (n: number): Message => ({ id: `msg_${n}`, role: "user", content: `prompt ${n}`, generation_id: `gen_${n}`, created_at: at });

/** A session at `version`: its first prompt is being answered unless it is `waiting` or `over`, the others wait. */
type Stored = { version: number; prompts: number; waiting?: boolean; over?: boolean };

const snapshot = ({ version, prompts, waiting = false, over = false }: Stored): Session => ({
  id: ID,
  project_id: "prj_1",
  title: "A title",
  version,
  head: null,
  active_generation: waiting || over ? null : { id: "gen_1", attempt: 1, status: "streaming" },
  queued: Array.from({ length: prompts - 1 }, (_, index) => ({ generation_id: `gen_${index + 2}`, message_id: `msg_${index + 2}`, place: index + 1 })),
});

class Server {
  sessionReads: number[] = [];
  /** What the next reads find; the last of them for good. */
  session: Stored[] = [];
  messages: Stored = { version: 0, prompts: 0 };
  /** Reads of the session wait here until the test lets them go. */
  held: (() => void)[] | null = null;
  /** What has been answered. */
  answers: Message[] = [];
  /** The models that prompts asked for; none is taken. */
  asked: unknown[] = [];

  async fetch(url: string, { method, body }: { method?: string; body?: string } = {}): Promise<Response> {
    if (method === "POST") {
      this.asked.push(JSON.parse(body!).model);
      throw new TypeError("no network");
    }
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const minimum = Number(searchParams.get("min_version") ?? 0);
    if (pathname.endsWith("/messages")) return this.answer({ items: [...Array.from({ length: this.messages.prompts }, (_, index) => prompt(index + 1)), ...this.answers], next_cursor: null });
    this.sessionReads.push(minimum);
    const stored = this.session.length > 1 ? this.session.shift()! : this.session[0]!;
    if (this.held) await new Promise<void>((go) => this.held!.push(go));
    return this.answer(snapshot(stored));
  }

  answer = (body: unknown) => new Response(JSON.stringify(body), { status: 200 });
}

class Stream extends EventTarget {
  static last: Stream;
  constructor(readonly url: string) {
    super();
    Stream.last = this;
  }
  close() {}
  tells(type: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId: "" }));
  }
}

/** A frame is drawn, and all that was waiting for nothing but its turn has had it. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The store in a browser of its own; it is closed at the end, however that comes. */
function browser(server: Server, context: TestContext) {
  Object.assign(globalThis, { window: new EventTarget(), document: Object.assign(new EventTarget(), { cookie: "" }), EventSource: Stream, fetch: (url: string, options: { method?: string; body?: string }) => server.fetch(url, options), requestAnimationFrame: (draw: () => void) => setTimeout(draw, 0) });
  context.after(() => useSession.getState().close());
}

const queued = (n: number, sequence: number) => {
  Stream.last.tells("message", { id: `msg_${n}`, role: "user", content: `prompt ${n}`, generation_id: `gen_${n}`, created_at: at, sequence });
  Stream.last.tells("generation.queued", { generation_id: `gen_${n}`, message_id: `msg_${n}`, place: n - 1, sequence: sequence + 1 });
};
const shown = () => {
  const { turns, queue } = useSession.getState().state!;
  return { turns: turns.map((turn) => turn.content), queue: queue.map((one) => one.generation_id) };
};

test("what the stream tells while a snapshot is read is not undone by it", async (context) => {
  const server = new Server();
  server.session = [{ version: 3, prompts: 1 }];
  server.messages = { version: 3, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);

  server.held = [];
  server.session = [{ version: 4, prompts: 1 }, { version: 6, prompts: 2 }];
  Stream.last.tells("hello", { version: 4, head: null, active_generation: null });
  await settled();
  queued(2, 5);
  await settled();
  assert.deepEqual(shown(), { turns: ["prompt 1", "prompt 2"], queue: ["gen_2"] });

  server.messages = { version: 6, prompts: 2 };
  const held = server.held;
  server.held = null;
  held.forEach((go) => go());
  await settled();
  assert.deepEqual(shown(), { turns: ["prompt 1", "prompt 2"], queue: ["gen_2"] });
  assert.deepEqual(server.sessionReads.slice(1), [4, 6]);
});

test("while a snapshot is read no other is asked for", async (context) => {
  const server = new Server();
  server.session = [{ version: 3, prompts: 1 }];
  server.messages = { version: 3, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);

  server.held = [];
  server.session = [{ version: 8, prompts: 1 }];
  Stream.last.tells("hello", { version: 8, head: null, active_generation: null });
  for (let index = 0; index < 5; index++) {
    await settled();
    Stream.last.tells("explanation", { generation_id: "gen_1", attempt: 1, index, delta: "word " });
  }
  await settled();
  assert.equal(server.held.length, 1);
  server.held.forEach((go) => go());
  await settled();
});

test("an answer whose beginning went by before the stream was open is read from its beginning", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, waiting: true }];
  server.messages = { version: 2, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);
  assert.doesNotMatch(Stream.last.url, /g%3A|g:/);

  // The first pieces are in the log before the news that it has started.
  Stream.last.tells("hello", { version: 2, head: null, active_generation: null });
  Stream.last.tells("generation.started", { generation_id: "gen_1", attempt: 1, sequence: 3 });
  Stream.last.tells("code", { generation_id: "gen_1", attempt: 1, index: 7, path: "src/App.tsx", delta: "export" });
  await settled();
  assert.match(decodeURIComponent(Stream.last.url), /g:gen_1/);
  assert.deepEqual(useSession.getState().state!.generations.gen_1!.parts, []);

  Stream.last.tells("explanation", { generation_id: "gen_1", attempt: 1, index: 1, delta: "Here it is." });
  await settled();
  assert.deepEqual(useSession.getState().state!.generations.gen_1!.parts, [{ kind: "text", text: "Here it is." }]);
});

test("an answer that was over before its beginning could be read is read from the snapshot", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, waiting: true }, { version: 5, prompts: 1, over: true }];
  server.messages = { version: 2, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);

  // One frame: the end of its pieces, the news of its start, and that it was stopped.
  server.answers = [{ id: "msg_9", role: "assistant", content: "Here it is.", status: "cancelled", generation_id: "gen_1", created_at: at }];
  Stream.last.tells("hello", { version: 2, head: null, active_generation: null });
  Stream.last.tells("code", { generation_id: "gen_1", attempt: 1, index: 7, path: "src/App.tsx", delta: "export" });
  Stream.last.tells("generation.started", { generation_id: "gen_1", attempt: 1, sequence: 3 });
  Stream.last.tells("generation.cancelling", { generation_id: "gen_1", sequence: 4 });
  Stream.last.tells("generation.cancelled", { generation_id: "gen_1", partial: true, sequence: 5 });
  await settled();
  assert.deepEqual(useSession.getState().state!.generations.gen_1!.parts, [{ kind: "text", text: "Here it is." }]);
  assert.deepEqual(server.sessionReads, [0, 5]);
});

test("pieces that wait for their frame while the stream is opened anew do not hide those before them", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, waiting: true }];
  server.messages = { version: 3, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);

  server.session = [{ version: 3, prompts: 1 }];
  server.held = [];
  Stream.last.tells("hello", { version: 3, head: null, active_generation: { id: "gen_1" } });
  await settled();
  const frames: (() => void)[] = [];
  Object.assign(globalThis, { requestAnimationFrame: (draw: () => void) => frames.push(draw) });
  Stream.last.tells("code", { generation_id: "gen_1", attempt: 1, index: 7, path: "src/App.tsx", delta: "export" });
  server.held.forEach((go) => go());
  await settled();
  assert.match(decodeURIComponent(Stream.last.url), /g:gen_1/);
  frames.forEach((draw) => draw());
  Stream.last.tells("explanation", { generation_id: "gen_1", attempt: 1, index: 1, delta: "Here it is." });
  frames.forEach((draw) => draw());
  assert.deepEqual(useSession.getState().state!.generations.gen_1!.parts, [{ kind: "text", text: "Here it is." }]);
});

test("pieces that were quicker than the news of their answer show it in whole", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, waiting: true }];
  server.messages = { version: 2, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);

  // The first pieces went by before we came; only then the relay tells that their answer is queued and started.
  Stream.last.tells("hello", { version: 2, head: null, active_generation: null });
  Stream.last.tells("code", { generation_id: "gen_2", attempt: 1, index: 7, path: "src/App.tsx", delta: "export" });
  await settled();
  queued(2, 3);
  Stream.last.tells("generation.started", { generation_id: "gen_2", attempt: 1, sequence: 5 });
  await settled();
  assert.match(decodeURIComponent(Stream.last.url), /g:gen_2/);

  // What there is of its beginning is told once: a torso is not asked for again.
  const opened = Stream.last;
  opened.tells("code", { generation_id: "gen_2", attempt: 1, index: 7, path: "src/App.tsx", delta: "export" });
  await settled();
  assert.equal(Stream.last, opened);
});

test("pieces from the first on are not asked for again, however they come", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, waiting: true }];
  server.messages = { version: 2, prompts: 1 };
  browser(server, context);
  await useSession.getState().open(ID);
  const opened = Stream.last;
  opened.tells("hello", { version: 2, head: null, active_generation: null });
  opened.tells("explanation", { generation_id: "gen_2", attempt: 1, index: 3, first_index: 0, offset: 0, delta: "Here " });
  opened.tells("explanation", { generation_id: "gen_2", attempt: 1, index: 4, delta: "it is." });
  queued(2, 3);
  opened.tells("generation.started", { generation_id: "gen_2", attempt: 1, sequence: 5 });
  await settled();
  assert.equal(Stream.last, opened);
  assert.deepEqual(useSession.getState().state!.generations.gen_2!.parts, [{ kind: "text", text: "Here it is." }]);
});

test("a prompt that is sent again is the same prompt, though another model was chosen meanwhile", async (context) => {
  const server = new Server();
  server.session = [{ version: 2, prompts: 1, over: true }];
  browser(server, context);
  await useSession.getState().open(ID);
  useMe.setState({ models: [{ id: "small", provider: "p", default: true }, { id: "large", provider: "p" }] });
  chooseModel("large");
  await assert.rejects(useSession.getState().send("A page", "key"));
  chooseModel("small");
  await assert.rejects(useSession.getState().send("A page", "key"));
  await assert.rejects(useSession.getState().send("A page", "another key"));
  assert.deepEqual(server.asked, ["large", "large", undefined]);
});
