/** Makes state from what the server has stored, keeping what only the stream has told us. */
import type { Message, Session } from "@/api/types";
import { emptyGeneration, explanationOf, filePart, type Generation, isOver, type SessionState, type Turn } from "./state";

export function fromSnapshot(session: Session, messages: Message[], before: SessionState | null): SessionState {
  const answers = messages.filter((one) => one.role === "assistant" && one.generation_id).map((one) => fromAnswer(one, before?.generations[one.generation_id!]));
  const generations: Record<string, Generation> = Object.fromEntries(answers.map((one) => [one.id, one]));
  const queue = session.queued ?? [];
  const running = session.active_generation && !generations[session.active_generation.id] ? session.active_generation : null;
  for (const { generation_id } of queue) generations[generation_id] ??= emptyGeneration(generation_id, "queued");
  if (running) {
    const known = before?.generations[running.id];
    const stopping = running.status === "cancelling";
    generations[running.id] = known && !isOver(known) && known.attempt >= running.attempt ? known : emptyGeneration(running.id, stopping ? "cancelling" : "streaming", running.attempt);
  }
  return {
    session,
    version: session.version,
    head: session.head || null,
    turns: turnsOf(messages, before, running?.id ?? null, queue),
    generations,
    queue,
    active: running?.id ?? null,
    deleted: false,
    behind: null,
  };
}

/** An answer we watched has more detail than the stored one; the stored one has the last word on the figures and the words. */
function fromAnswer(message: Message, watched: Generation | undefined): Generation {
  const stored = storedAnswer(message);
  if (!watched || watched.parts.length === 0 || watched.status !== stored.status || !saysTheSame(watched, stored)) return stored;
  return { ...watched, number: stored.number ?? watched.number, usage: stored.usage ?? watched.usage, cost: stored.cost ?? watched.cost, error: stored.error ?? watched.error };
}

const letters = (generation: Generation) => explanationOf(generation).replaceAll(/\s+/g, "");
const saysTheSame = (one: Generation, other: Generation) => letters(one) === letters(other);

function storedAnswer(message: Message): Generation {
  const files = message.files?.map(filePart) ?? [];
  return {
    ...emptyGeneration(message.generation_id!, message.status ?? "completed", Number.MAX_SAFE_INTEGER),
    reasoning: message.reasoning ?? "",
    parts: message.content ? [{ kind: "text", text: message.content }, ...files] : files,
    number: message.number,
    model: message.model ?? undefined,
    provider: message.provider ?? undefined,
    usage: message.usage ?? undefined,
    cost: message.cost ?? undefined,
    error: message.error ?? undefined,
  };
}

function turnsOf(messages: Message[], before: SessionState | null, active: string | null, queue: readonly { generation_id: string; message_id: string }[]): Turn[] {
  const turns: Turn[] = [];
  const answered = new Set<string>();
  for (const message of messages) {
    if (message.role === "user") turns.push(turnOf(message, before, queue));
    else if (message.generation_id) {
      answered.add(message.generation_id);
      const own = turns.find((turn) => turn.generationId === message.generation_id);
      const open = turns.find((turn) => !turn.generationId);
      if (!own && open) open.generationId = message.generation_id;
    }
  }
  const open = turns.find((turn) => !turn.generationId);
  if (active && open && !turns.some((turn) => turn.generationId === active)) open.generationId = active;
  const ours = before?.turns.filter((turn) => turn.sending && !turn.messageId) ?? [];
  return [...turns, ...ours];
}

function turnOf(message: Message, before: SessionState | null, queue: readonly { generation_id: string; message_id: string }[]): Turn {
  const known = before?.turns.find((turn) => turn.messageId === message.id);
  const generationId = message.generation_id ?? known?.generationId ?? queue.find((one) => one.message_id === message.id)?.generation_id;
  return { key: known?.key ?? message.id, messageId: message.id, content: message.content, createdAt: message.created_at, generationId };
}
