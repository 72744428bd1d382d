/** A prompt is shown at once and confirmed later. */
import type { Posted } from "@/api/types";
import { emptyGeneration, type SessionState, type Turn } from "./state";

export function posting(state: SessionState, key: string, content: string, createdAt: string, model?: string): SessionState {
  const turn: Turn = { key, content, createdAt, model, sending: "sending" };
  const again = state.turns.findIndex((one) => one.key === key);
  return { ...state, turns: again >= 0 ? state.turns.with(again, turn) : [...state.turns, turn] };
}

/** The stream may have told us already; then there is nothing left to learn. */
export function posted(state: SessionState, key: string, { message_id, generation_id }: Posted): SessionState {
  const told = state.turns.find((turn) => turn.messageId === message_id);
  const turns = told
    ? state.turns.filter((turn) => turn.key !== key || turn.messageId === message_id)
    : state.turns.map((turn) => (turn.key === key ? { ...turn, messageId: message_id, generationId: generation_id, sending: undefined } : turn));
  const waiting = state.generations[generation_id] ?? emptyGeneration(generation_id, "queued");
  return { ...state, turns, generations: { ...state.generations, [generation_id]: waiting } };
}

export function notPosted(state: SessionState, key: string): SessionState {
  return { ...state, turns: state.turns.map((turn) => (turn.key === key && !turn.messageId ? { ...turn, sending: "failed" } : turn)) };
}

export function withdrawn(state: SessionState, key: string): SessionState {
  return { ...state, turns: state.turns.filter((turn) => turn.key !== key || turn.messageId) };
}
