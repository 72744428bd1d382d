import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "@/api/types";
import { apply } from "./apply";
import type { SessionEvent } from "./events";
import { overlay } from "./files";
import { notPosted, posted, posting } from "./posting";
import { fromSnapshot } from "./snapshot";
import { explanationOf, type SessionState } from "./state";

const session: Session = { id: "ses_1", project_id: "prj_1", title: "", version: 3, head: null, active_generation: null };
const G = "gen_1";
const at = "2026-01-01T00:00:00Z";

const fresh = () => fromSnapshot(session, [], null);
const play = (events: SessionEvent[], state: SessionState = fresh()) => events.reduce((before, event) => apply(event, before), state);
const started = (attempt = 1, sequence = 4): SessionEvent => ({ type: "generation.started", data: { generation_id: G, attempt, model: "m", provider: "p", sequence } });
const explanation = (index: number, delta: string, more: { attempt?: number; first_index?: number; offset?: number } = {}): SessionEvent => ({ type: "explanation", data: { generation_id: G, attempt: 1, index, delta, ...more } });
const code = (index: number, path: string, delta: string, more: { first_index?: number; offset?: number; edit?: boolean } = {}): SessionEvent => ({ type: "code", data: { generation_id: G, attempt: 1, index, path, delta, ...more } });
const file = (index: number, path: string, op: "created" | "patched" | "renamed" | "deleted", more: { from?: string; content?: string } = {}): SessionEvent => ({ type: "file", data: { generation_id: G, attempt: 1, index, path, op, ...more } });
const completed = (sequence = 5): SessionEvent => ({ type: "generation.completed", data: { generation_id: G, attempt: 1, sequence, version: sequence, number: 1, files: [] } });
const said = (state: SessionState) => explanationOf(state.generations[G]!);

test("pieces join in order", () => {
  assert.equal(said(play([started(), explanation(0, "Hel"), explanation(1, "lo")])), "Hello");
});

test("a piece that arrives twice is applied once", () => {
  assert.equal(said(play([started(), explanation(0, "a"), explanation(1, "b"), explanation(0, "a"), explanation(1, "b")])), "ab");
});

test("a joined piece is cut to what is new, counted in code points", () => {
  const state = play([started(), explanation(0, "a😀"), explanation(1, "b")]);
  assert.equal(said(apply(explanation(3, "😀bcd", { first_index: 0, offset: 1 }), state)), "a😀bcd");
});

test("a joined piece that lies wholly behind is dropped, one that lies wholly ahead is kept whole", () => {
  const state = play([started(), explanation(0, "ab"), explanation(1, "c")]);
  assert.equal(said(apply(explanation(1, "abc", { first_index: 0, offset: 0 }), state)), "abc");
  assert.equal(said(apply(explanation(5, "def", { first_index: 2, offset: 3 }), state)), "abcdef");
});

test("any cut of a replay over any prefix gives the same text", () => {
  const text = Array.from("The log 😀 remembers — all of it.");
  const single = text.map((character, index) => explanation(index, character));
  for (let seen = 0; seen <= text.length; seen++) {
    for (let size = 1; size <= 7; size++) {
      const joined: SessionEvent[] = [];
      for (let from = 0; from < text.length; from += size) {
        const part = text.slice(from, from + size);
        joined.push(explanation(from + part.length - 1, part.join(""), { first_index: from, offset: from }));
      }
      assert.equal(said(play([started(), ...single.slice(0, seen), ...joined])), text.join(""));
    }
  }
});

test("a newer attempt clears the older one's text once, and the older one's stragglers are dropped", () => {
  const state = play([started(), explanation(0, "old"), started(2, 5), explanation(0, "new", { attempt: 2 }), explanation(1, "old again"), explanation(1, "er", { attempt: 2 })]);
  assert.equal(said(state), "newer");
  assert.equal(state.generations[G]!.attempt, 2);
});

test("the first piece of a newer attempt clears too, when its start was not seen", () => {
  assert.equal(said(play([started(), explanation(0, "old"), explanation(0, "new", { attempt: 2 })])), "new");
});

test("a milestone that was seen is dropped", () => {
  const once = play([started(), completed()]);
  assert.equal(apply(started(2, 4), once), once);
  assert.equal(apply(completed(5), once), once);
});

test("chunks after the end are dropped, and there is one end", () => {
  const over = play([started(), explanation(0, "a"), completed()]);
  assert.equal(apply(explanation(1, "b"), over), over);
  const failed = apply({ type: "generation.failed", data: { generation_id: G, code: "x", message: "y", sequence: 6 } }, over);
  assert.equal(failed.generations[G]!.status, "completed");
});

test("completion frees the session and moves the head", () => {
  const state = play([started(), completed()]);
  assert.equal(state.active, null);
  assert.equal(state.head, 1);
  assert.equal(state.version, 5);
});

test("queue, start and cancellation of prompts that wait", () => {
  const queued = (id: string, place: number, sequence: number): SessionEvent => ({ type: "generation.queued", data: { generation_id: id, message_id: `m_${id}`, place, sequence } });
  const state = play([started(), queued("gen_2", 1, 5), queued("gen_3", 2, 6)]);
  assert.deepEqual(state.queue.map((one) => one.generation_id), ["gen_2", "gen_3"]);
  assert.equal(state.generations.gen_2!.status, "queued");
  const after = play([{ type: "generation.cancelled", data: { generation_id: "gen_2", partial: false, sequence: 7 } }], state);
  assert.deepEqual(after.queue.map((one) => one.generation_id), ["gen_3"]);
  assert.equal(after.active, G);
});

test("stopping is not the end", () => {
  const state = play([started(), { type: "generation.cancelling", data: { generation_id: G, sequence: 5 } }, explanation(0, "still")]);
  assert.equal(state.generations[G]!.status, "cancelling");
  assert.equal(said(state), "still");
});

test("a file is written, edited, renamed and deleted", () => {
  const state = play([started(), code(0, "a.ts", "one"), file(1, "a.ts", "created"), code(2, "b.ts", "<<<<", { edit: true }), file(3, "b.ts", "patched", { content: "two!" }), file(4, "d.ts", "renamed", { from: "c.ts" }), file(5, "e.ts", "deleted")]);
  assert.deepEqual(overlay({ "b.ts": "two", "c.ts": "three", "e.ts": "five" }, state.generations[G]), { "a.ts": "one", "b.ts": "two!", "d.ts": "three" });
});

test("a file still being written does not count, nor does one cut off by a stop", () => {
  const writing = play([started(), code(0, "a.ts", "half")]);
  assert.deepEqual(overlay({}, writing.generations[G]), {});
  const stopped = apply({ type: "generation.cancelled", data: { generation_id: G, partial: true, sequence: 5 } }, writing);
  assert.deepEqual(overlay({}, stopped.generations[G]), {});
});

test("code of a path written twice in one answer starts anew after the first is complete", () => {
  const state = play([started(), code(0, "a.ts", "one"), file(1, "a.ts", "created"), code(2, "a.ts", "two"), file(3, "a.ts", "created")]);
  assert.deepEqual(overlay({}, state.generations[G]), { "a.ts": "two" });
});

test("hello of a higher version and reset ask for the snapshot", () => {
  const hello = (version: number): SessionEvent => ({ type: "hello", data: { version, head: null, active_generation: null } });
  assert.equal(apply(hello(3), fresh()).behind, null);
  assert.equal(apply(hello(9), fresh()).behind, 9);
  assert.equal(apply({ type: "reset", data: { cursor: "c" } }, fresh()).behind, 3);
});

const message = (sequence = 4): SessionEvent => ({ type: "message", data: { id: "msg_1", role: "user", content: "Hi", generation_id: G, created_at: at, sequence } });

test("an optimistic message becomes the server's, whichever news comes first", () => {
  const answer = { message_id: "msg_1", generation_id: G, version: 4, stream_position: `g:${G}` };
  const sending = posting(fresh(), "key", "Hi", at);
  for (const state of [apply(message(), posted(sending, "key", answer)), posted(apply(message(), sending), "key", answer)]) {
    assert.equal(state.turns.length, 1);
    assert.equal(state.turns[0]!.sending, undefined);
    assert.equal(state.turns[0]!.messageId, "msg_1");
    assert.equal(state.turns[0]!.key, "key");
  }
});

test("a message that was refused stays, to be tried again", () => {
  const state = notPosted(posting(fresh(), "key", "Hi", at), "key");
  assert.equal(state.turns[0]!.sending, "failed");
  assert.equal(posting(state, "key", "Hi", at).turns.length, 1);
});

test("a snapshot of a running answer plus its replay equals having watched it", () => {
  const events = [started(), explanation(0, "a"), explanation(1, "b"), code(2, "x.ts", "1"), file(3, "x.ts", "created"), completed()];
  const watched = play([message(3), ...events], fromSnapshot({ ...session, version: 2 }, [], null));
  const running: Session = { ...session, version: 4, active_generation: { id: G, attempt: 1, status: "running" } };
  const reloaded = play(events, fromSnapshot(running, [{ id: "msg_1", role: "user", content: "Hi", generation_id: G, created_at: at }], null));
  assert.deepEqual(reloaded.generations, watched.generations);
  assert.deepEqual(reloaded.turns, watched.turns);
  assert.equal(reloaded.active, null);
});

test("an answer that is over in the messages is over, even if the session was read before", () => {
  const running: Session = { ...session, active_generation: { id: G, attempt: 1, status: "running" } };
  const state = fromSnapshot(running, [{ id: "a", role: "assistant", content: "done", generation_id: G, status: "completed", number: 1, created_at: at }], null);
  assert.equal(state.active, null);
  assert.equal(state.generations[G]!.status, "completed");
});

test("versions, names and the end of a session that came from another device", () => {
  const state = play([
    { type: "version.created", data: { number: 4, author: "user", sequence: 4 } },
    { type: "session.renamed", data: { title: "Better", sequence: 5 } },
  ]);
  assert.equal(state.head, 4);
  assert.equal(state.session.title, "Better");
  assert.equal(state.deleted, false);
  assert.equal(apply({ type: "session.deleted", data: { sequence: 6 } }, state).deleted, true);
});

test("an attempt that was given up says so until the next one begins", () => {
  const given = play([started(), explanation(0, "half"), { type: "generation.abandoned", data: { generation_id: G, attempt: 1, reason: "lost", sequence: 5 } }]);
  assert.equal(given.generations[G]!.abandoned, true);
  assert.equal(given.generations[G]!.status, "streaming");
  assert.equal(play([started(2, 6)], given).generations[G]!.abandoned, undefined);
});

test("a failed answer that made a version moves the head and names its files", () => {
  const state = play([started(), { type: "generation.failed", data: { generation_id: G, code: "x", message: "y", number: 1, files: [{ path: "a.ts", op: "created" }], sequence: 5 } }]);
  assert.equal(state.head, 1);
  assert.deepEqual(state.generations[G]!.parts.map((part) => part.kind === "file" && part.path), ["a.ts"]);
  assert.deepEqual(overlay({ "a.ts": "old" }, state.generations[G]), { "a.ts": "old" });
});

test("an answer that was watched keeps its detail, unless its words are not the stored ones", () => {
  const watched = play([started(), explanation(0, "All of it."), code(1, "a.ts", "one"), file(2, "a.ts", "created"), completed()]);
  const stored = (content: string) => fromSnapshot({ ...session, version: 5, head: 1 }, [{ id: "m", role: "assistant", generation_id: G, status: "completed", content, created_at: at }], watched);
  assert.equal(stored("All of it.\n").generations[G]!.parts.length, 2);
  assert.equal(said(stored("All of it, and more.")), "All of it, and more.");
});
