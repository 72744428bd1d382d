/** Applies the pieces of an answer, each once, in whatever joined form they come. */
import type { PieceEvent } from "./events";
import { emptyGeneration, type FilePart, type Generation, isOver, type Part } from "./state";

/** The answer after a piece; the same object when the piece is late, doubled or of an older attempt. */
export function applyPiece(before: Generation, event: PieceEvent): Generation {
  const { attempt, index } = event.data;
  if (isOver(before) || attempt < before.attempt) return before;
  const generation = attempt > before.attempt ? restarted(before, attempt) : before;
  if (index <= generation.lastIndex) return generation;
  return { ...addPiece(generation, event), lastIndex: index, status: generation.status === "cancelling" ? "cancelling" : "streaming" };
}

/** A newer attempt starts from nothing. */
export function restarted({ id, model, provider, status }: Generation, attempt: number): Generation {
  return { ...emptyGeneration(id, status === "queued" ? "streaming" : status, attempt), model, provider };
}

function addPiece(generation: Generation, event: PieceEvent): Generation {
  switch (event.type) {
    case "reasoning": {
      const [delta, received] = fresh(generation, "reasoning", event.data);
      return { ...generation, received, reasoning: generation.reasoning + delta };
    }
    case "explanation": {
      const [delta, received] = fresh(generation, "explanation", event.data);
      return { ...generation, received, parts: withText(generation.parts, delta) };
    }
    case "code": {
      const [delta, received] = fresh(generation, `code:${event.data.path}`, event.data);
      return { ...generation, received, parts: withCode(generation.parts, event.data.path, delta, event.data.edit === true) };
    }
    case "file": {
      const { [`code:${event.data.path}`]: _done, ...received } = generation.received;
      return { ...generation, received, parts: withFile(generation.parts, event.data) };
    }
    case "usage":
      return { ...generation, usage: event.data.usage, cost: event.data.cost ?? generation.cost };
  }
}

type Delta = { delta: string; index: number; first_index?: number; offset?: number };

/** What of a piece is new, and the counts after it. Only a joined piece can reach back behind what we have. */
function fresh(generation: Generation, part: string, piece: Delta): [string, Generation["received"]] {
  const have = generation.received[part] ?? 0;
  const overlaps = piece.first_index !== undefined && piece.first_index <= generation.lastIndex && piece.offset !== undefined;
  const characters = Array.from(piece.delta);
  const kept = overlaps ? characters.slice(Math.max(0, have - piece.offset!)) : characters;
  return [kept.join(""), { ...generation.received, [part]: have + kept.length }];
}

function withText(parts: readonly Part[], delta: string): readonly Part[] {
  const last = parts.at(-1);
  if (delta === "") return parts;
  if (last?.kind === "text") return [...parts.slice(0, -1), { kind: "text", text: last.text + delta }];
  return [...parts, { kind: "text", text: delta }];
}

function withCode(parts: readonly Part[], path: string, delta: string, edit: boolean): readonly Part[] {
  const at = openFile(parts, path);
  if (at < 0) return [...parts, { kind: "file", path, text: delta, edit, done: false }];
  const file = parts[at] as FilePart;
  return parts.with(at, { ...file, text: file.text + delta, edit: file.edit || edit });
}

function withFile(parts: readonly Part[], file: { path: string; op: FilePart["op"]; from?: string; content?: string }): readonly Part[] {
  const at = openFile(parts, file.path);
  const known: FilePart = at < 0 ? { kind: "file", path: file.path, text: "", edit: false, done: true } : (parts[at] as FilePart);
  const done: FilePart = { ...known, op: file.op, from: file.from, content: file.content, done: true };
  return at < 0 ? [...parts, done] : parts.with(at, done);
}

const openFile = (parts: readonly Part[], path: string) => parts.findLastIndex((part) => part.kind === "file" && part.path === path && !part.done);
