/** The one reducer: server events in, state out. Live, resumed and replayed streams all come through here. */
import type { FileChange } from "@/api/types";
import type { EventData, SessionEvent } from "./events";
import { applyPiece, restarted } from "./pieces";
import { emptyGeneration, filePart, type Generation, isOver, type SessionState, type Turn } from "./state";

export function apply(event: SessionEvent, state: SessionState): SessionState {
  switch (event.type) {
    case "hello":
      return event.data.version > state.version ? { ...state, behind: Math.max(event.data.version, state.behind ?? 0) } : state;
    case "reset":
      return { ...state, behind: Math.max(event.data.version ?? state.version, state.behind ?? 0) };
    case "closing":
      return state;
    case "reasoning":
    case "explanation":
    case "code":
    case "file":
    case "usage":
      return withGeneration(state, event.data.generation_id, (generation) => applyPiece(generation, event));
    default:
      return applyMilestone(event, state);
  }
}

type MilestoneEvent = Exclude<SessionEvent, { type: "hello" | "reset" | "closing" | "reasoning" | "explanation" | "code" | "file" | "usage" }>;

function applyMilestone(event: MilestoneEvent, state: SessionState): SessionState {
  if (event.data.sequence <= state.version) return event.type === "generation.started" ? withModel(state, event.data) : state;
  return { ...milestone(event, state), version: event.data.sequence };
}

function milestone(event: MilestoneEvent, state: SessionState): SessionState {
  switch (event.type) {
    case "message":
      return { ...state, turns: withMessage(state.turns, event.data) };
    case "generation.queued":
      return queued(event.data, state);
    case "generation.started":
      return started(event.data, state);
    case "generation.cancelling":
      return withGeneration(state, event.data.generation_id, (one) => (isOver(one) ? one : { ...one, status: "cancelling" }));
    case "generation.abandoned":
      return withGeneration(state, event.data.generation_id, (one) => (isOver(one) || one.attempt > event.data.attempt ? one : { ...one, abandoned: true }));
    case "version.created":
      return { ...state, head: event.data.number };
    case "session.renamed":
      return { ...state, session: { ...state.session, title: event.data.title ?? "" } };
    case "session.deleted":
      return { ...state, deleted: true, active: null, queue: [] };
    case "generation.completed":
      return over(event.data.generation_id, state, (one) => completed(one, event.data), event.data.number);
    case "generation.failed":
      return over(event.data.generation_id, state, (one) => failed(one, event.data), event.data.number);
    case "generation.cancelled":
      return over(event.data.generation_id, state, (one) => cancelled(one, event.data), event.data.number);
  }
}

/** A prompt of ours that was shown before the server knew it becomes the server's. */
function withMessage(turns: readonly Turn[], { id, content, generation_id, created_at }: EventData["message"]): readonly Turn[] {
  const known = turns.findIndex((turn) => turn.messageId === id);
  const at = known >= 0 ? known : turns.findIndex((turn) => turn.sending === "sending" && !turn.messageId && turn.content === content);
  const turn: Turn = { key: at >= 0 ? turns[at]!.key : id, messageId: id, content, createdAt: created_at, generationId: generation_id };
  return at >= 0 ? turns.with(at, turn) : [...turns, turn];
}

function queued({ generation_id, message_id, place }: EventData["generation.queued"], state: SessionState): SessionState {
  const queue = [...state.queue.filter((one) => one.generation_id !== generation_id), { generation_id, message_id, place }];
  return withGeneration({ ...state, queue }, generation_id, (one) => (one.attempt > 0 || isOver(one) ? one : { ...one, status: "queued" }));
}

function started({ generation_id, attempt, model, provider }: EventData["generation.started"], state: SessionState): SessionState {
  const queue = state.queue.filter((one) => one.generation_id !== generation_id);
  return withGeneration({ ...state, queue, active: generation_id }, generation_id, (one) => {
    if (isOver(one) || attempt < one.attempt) return one;
    const current = attempt > one.attempt ? restarted(one, attempt) : one;
    return { ...current, status: "streaming", model: model ?? current.model, provider: provider ?? current.provider };
  });
}

/** A replay tells again who answers; that much is welcome even when the milestone itself is old. */
function withModel(state: SessionState, { generation_id, attempt, model, provider }: EventData["generation.started"]): SessionState {
  const known = state.generations[generation_id];
  if (!known || isOver(known) || known.attempt !== attempt || known.model) return state;
  return withGeneration(state, generation_id, (one) => ({ ...one, model, provider }));
}

function over(id: string, state: SessionState, end: (generation: Generation) => Generation, number?: number | null): SessionState {
  const ended = withGeneration(state, id, (one) => (isOver(one) ? one : end(one)));
  return {
    ...ended,
    active: state.active === id ? null : state.active,
    queue: state.queue.filter((one) => one.generation_id !== id),
    head: number ?? state.head,
  };
}

function completed(generation: Generation, data: EventData["generation.completed"]): Generation {
  return {
    ...generation,
    status: "completed",
    attempt: Math.max(generation.attempt, data.attempt ?? 0),
    parts: finished(generation, data.files),
    number: data.number,
    usage: data.usage ?? generation.usage,
    cost: data.cost ?? generation.cost,
  };
}

function failed(generation: Generation, data: EventData["generation.failed"]): Generation {
  const { code, message, retryable } = data;
  return { ...generation, status: "failed", parts: finished(generation, data.files), number: data.number, error: { code, message, retryable }, usage: data.usage ?? generation.usage, cost: data.cost ?? generation.cost };
}

function cancelled(generation: Generation, data: EventData["generation.cancelled"]): Generation {
  return { ...generation, status: "cancelled", parts: finished(generation, data.files), partial: data.partial, number: data.number, usage: data.usage ?? generation.usage, cost: data.cost ?? generation.cost };
}

/** The parts at the end, with the files that the stream did not tell of. */
function finished({ parts }: Generation, files: FileChange[] = []): Generation["parts"] {
  const known = new Set(parts.flatMap((part) => (part.kind === "file" ? [part.path] : [])));
  return [...parts.map(closed), ...files.filter((file) => !known.has(file.path)).map(filePart)];
}

const closed = <P extends Generation["parts"][number]>(part: P): P => (part.kind === "file" && !part.done ? { ...part, done: true } : part);

function withGeneration(state: SessionState, id: string, change: (generation: Generation) => Generation): SessionState {
  const before = state.generations[id] ?? emptyGeneration(id, "streaming");
  const after = change(before);
  return after === before && id in state.generations ? state : { ...state, generations: { ...state.generations, [id]: after } };
}
