/** What the client knows of one session. Made of the snapshot and of events, by pure functions only. */
import type { Cost, Failure, FileChange, FileOp, Queued, Session, Usage } from "@/api/types";

export type GenerationStatus = "queued" | "streaming" | "cancelling" | "completed" | "failed" | "cancelled";

export type TextPart = { kind: "text"; text: string };
export type FilePart = {
  kind: "file";
  path: string;
  op?: FileOp;
  from?: string;
  /** As streamed: the file's text or, for an edit, the raw search/replace blocks. */
  text: string;
  /** The whole new file, where the server told. */
  content?: string;
  edit: boolean;
  done: boolean;
};
export type Part = TextPart | FilePart;

/** One answer. */
export type Generation = {
  id: string;
  attempt: number;
  status: GenerationStatus;
  /** The highest index applied in this attempt; -1 before the first. */
  lastIndex: number;
  /** Characters (Unicode code points) received per part: "reasoning", "explanation", "code:<path>". */
  received: Readonly<Record<string, number>>;
  reasoning: string;
  parts: readonly Part[];
  model?: string;
  provider?: string;
  usage?: Usage;
  cost?: Cost;
  /** The version of the files this answer made; null when it changed none. */
  number?: number | null;
  error?: Failure;
  partial?: boolean;
  /** The attempt was given up; the next one begins from nothing. */
  abandoned?: boolean;
};

/** One prompt and the answer it asked for. A prompt without id is not yet known to the server. */
export type Turn = {
  key: string;
  messageId?: string;
  content: string;
  createdAt: string;
  generationId?: string;
  /** Asked for by name, while it is being sent. */
  model?: string;
  sending?: "sending" | "failed";
};

export type SessionState = {
  session: Session;
  /** The aggregate's sequence up to which everything has been seen. */
  version: number;
  /** The number of the newest version of the files; null before the first. */
  head: number | null;
  turns: readonly Turn[];
  generations: Readonly<Record<string, Generation>>;
  queue: readonly Queued[];
  active: string | null;
  /** Deleted, here or on another device. */
  deleted: boolean;
  /** A version the server has and we have not: the snapshot must be read again. */
  behind: number | null;
};

export const isOver = (generation: Generation) => generation.status === "completed" || generation.status === "failed" || generation.status === "cancelled";

export function emptyGeneration(id: string, status: GenerationStatus, attempt = 0): Generation {
  return { id, attempt, status, lastIndex: -1, received: {}, reasoning: "", parts: [] };
}

/** A file operation of which only the fact is known. */
export const filePart = ({ path, op, from }: FileChange): FilePart => ({ kind: "file", path, op, from, text: "", edit: false, done: true });

/** The prose of an answer, joined. */
export const explanationOf = (generation: Generation) => generation.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
