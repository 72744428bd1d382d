/** The open session: snapshot, stream and what the user does to it. */
import { create } from "zustand";
import { auth, sessions } from "@/api/api";
import { Problem, toProblem } from "@/api/problem";
import type { Posted } from "@/api/types";
import { uuid7 } from "@/api/uuid7";
import { modelToAsk } from "@/models/choice";
import { apply } from "./apply";
import { isEnd, isPiece, type SessionEvent } from "./events";
import { notPosted, posted, posting, withdrawn } from "./posting";
import { fromSnapshot } from "./snapshot";
import { emptyGeneration, type SessionState } from "./state";
import { type Connection, SessionStream } from "./stream";

type Store = {
  id: string | null;
  state: SessionState | null;
  problem: Problem | null;
  connection: Connection;
  open: (id: string) => Promise<void>;
  close: () => void;
  /** Posts a prompt. Answers false when the server did not take it. */
  send: (content: string, key?: string) => Promise<boolean>;
  withdraw: (key: string) => void;
  stop: (generation: string) => Promise<void>;
  /** Reads the snapshot again, at least as new as `version`. */
  refetch: (version?: number) => Promise<void>;
};

/** How often a snapshot is read again because the stream was faster; a read waits for the version it asks for. */
const MOST_READS = 5;

const UNSHARED = () => new Problem("It is not shared with you any more.", 404, "unshared");

let stream: SessionStream | null = null;
/** One read is enough for all that is told while it lasts. */
let catchingUp = false;
/**
 * The answers which the stream saw queued, or at whose start it was opened; pieces of any other would begin in its
 * middle. That one has started is told after its first pieces: who hears that alone may have missed them.
 */
const witnessed = new Set<string>();
/** Those at whose start it was opened: more of them there is not. */
const followed = new Set<string>();
/** Those of which it heard a later piece first. */
const torsos = new Set<string>();
const forgetStarts = () => [witnessed, followed, torsos].forEach((some) => some.clear());

/** Two prompts in quick succession reach the server in the order in which they were written. */
let lastPost: Promise<unknown> = Promise.resolve();
function inTurn<T>(post: () => Promise<T>): Promise<T> {
  const mine = lastPost.then(post);
  lastPost = mine.catch(() => {});
  return mine;
}

/** A version we know the server has, from an answer to a command; the first read must not be older. */
const atLeast = new Map<string, number>();
export const expectVersion = (session: string, version: number) => atLeast.set(session, Math.max(version, atLeast.get(session) ?? 0));

export const useSession = create<Store>()((set, get) => {
  const update = (change: (state: SessionState) => SessionState) => set(({ state }) => (state ? { state: change(state) } : {}));

  /** The version up to which we have been told: by the stream, or by the answer to a command. */
  const told = (id: string) => Math.max(get().state?.version ?? 0, get().state?.behind ?? 0, atLeast.get(id) ?? 0);

  /** A snapshot that is not older than what we were told meanwhile: the stream tells nothing twice. */
  async function read(id: string, version = 0): Promise<SessionState | null> {
    for (let reads = 1; ; reads++) {
      const session = await sessions.get(id, Math.max(version, told(id)) || undefined);
      // One after the other: messages older than their session would lack what its version says is known.
      const messages = await sessions.messages(id, session.version);
      if (get().id !== id) return null;
      if (session.version >= told(id) || reads === MOST_READS) return fromSnapshot(session, messages, get().state);
    }
  }

  /** Opens the stream at the start of the running answer, unless it has been there from the start. */
  function follow(state: SessionState): SessionState {
    if (!state.active || witnessed.has(state.active)) return state;
    witnessed.add(state.active);
    followed.add(state.active);
    stream?.open(`g:${state.active}`);
    const { attempt, status } = state.generations[state.active]!;
    return { ...state, generations: { ...state.generations, [state.active]: emptyGeneration(state.active, status, attempt) } };
  }

  function receive(events: SessionEvent[]) {
    witness(events);
    const unseen = endOfUnseen(events, get().state?.version ?? 0);
    update((state) => events.reduce((before, event) => apply(event, before), state));
    const reset = events.findLast((event) => event.type === "reset");
    const behind = get().state?.behind ?? unseen;
    if (behind === null) return update(follow);
    if (reset?.type === "reset") void catchUp(behind, reset.data);
    else if (!catchingUp) void catchUp(behind);
  }

  /** A quick worker's first pieces may come before the news that their answer is queued, and so before us. */
  function witness(events: SessionEvent[]) {
    const begun = new Set<string>();
    for (const event of events) {
      if (event.type === "generation.queued" && !torsos.has(event.data.generation_id)) witnessed.add(event.data.generation_id);
      if (!isPiece(event)) continue;
      const { generation_id: id, index, first_index = index } = event.data;
      const first = !begun.has(id) && (get().state?.generations[id]?.lastIndex ?? -1) < 0;
      begun.add(id);
      if (!first || first_index === 0 || followed.has(id)) continue;
      torsos.add(id);
      witnessed.delete(id);
    }
  }

  /** The end of an answer whose beginning we have not seen, and which is too late to follow: only the snapshot has all of it. */
  function endOfUnseen(events: SessionEvent[], version: number): number | null {
    const end = events.findLast((event) => isEnd(event) && event.data.sequence > version && !witnessed.has(event.data.generation_id));
    return end && isEnd(end) ? end.data.sequence : null;
  }

  async function catchUp(version: number, reset?: { cursor?: string; from?: string }) {
    const id = get().id;
    if (!id) return;
    catchingUp = true;
    try {
      const state = await read(id, version);
      if (state) set({ state: reset ? afterReset(state, reset.cursor ?? reset.from) : follow(state) });
    } catch (error) {
      if (get().id === id) set({ problem: toProblem(error) });
    } finally {
      catchingUp = false;
    }
  }

  function afterReset(state: SessionState, cursor?: string): SessionState {
    forgetStarts();
    if (!state.active) stream?.open(cursor);
    return follow(state);
  }

  function connect(id: string) {
    stream = new SessionStream(id, {
      onEvents: receive,
      onConnection: (connection) => set({ connection }),
      expectsSound: () => get().state?.active !== null,
      reauthenticate: () => auth.me(),
      onUnshared: () => get().id === id && set({ state: null, problem: UNSHARED() }),
    });
  }

  return {
    id: null,
    state: null,
    problem: null,
    connection: "connecting",

    async open(id) {
      get().close();
      set({ id, state: null, problem: null, connection: "connecting" });
      try {
        const state = await read(id);
        if (!state) return;
        connect(id);
        if (!state.active) stream?.open();
        set({ state: follow(state) });
      } catch (error) {
        if (get().id === id) set({ problem: toProblem(error) });
      }
    },

    close() {
      stream?.close();
      stream = null;
      forgetStarts();
      set({ id: null, state: null });
    },

    async send(content, key = uuid7()) {
      const { id } = get();
      if (!id) return false;
      const again = get().state?.turns.find((turn) => turn.key === key);
      // With the same key goes the same prompt, model and all: the server may have it already.
      const model = again ? again.model : modelToAsk();
      update((state) => posting(state, key, content, new Date().toISOString(), model));
      try {
        const answer: Posted = await inTurn(() => sessions.post(id, content, key, model));
        expectVersion(id, answer.version);
        if (get().id === id) update((state) => posted(state, key, answer));
        return true;
      } catch (error) {
        update((state) => notPosted(state, key));
        throw toProblem(error);
      }
    },

    withdraw: (key) => update((state) => withdrawn(state, key)),

    async stop(generation) {
      const { id } = get();
      if (id) await sessions.cancel(id, generation);
    },

    async refetch(version) {
      const { id } = get();
      if (!id) return;
      if (version) expectVersion(id, version);
      await catchUp(version ?? 0);
    },
  };
});

/** What was asked last, if its answer failed and may be asked for again. */
export function failedPrompt(state: SessionState | null): string | null {
  const turn = state?.turns.at(-1);
  const generation = turn?.generationId ? state?.generations[turn.generationId] : undefined;
  return turn && generation?.status === "failed" && generation.error?.retryable !== false ? turn.content : null;
}

/** What is running or waits: what Stop would stop. */
export const stoppable = (state: SessionState | null): string | null => state?.active ?? state?.queue[0]?.generation_id ?? null;
