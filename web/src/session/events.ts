/** The events of the SSE stream, by the names and fields of the API. */
import type { Cost, FileChange, FileOp, Usage } from "@/api/types";

type Milestone = { sequence: number };
type OfGeneration = { generation_id: string };
type Piece = OfGeneration & { attempt: number; index: number; first_index?: number; offset?: number };

export type EventData = {
  hello: { version: number; head: number | null; active_generation: { id: string } | string | null; cursor?: string };
  message: Milestone & { id: string; role: "user"; content: string; generation_id: string; created_at: string };
  "generation.queued": Milestone & OfGeneration & { message_id: string; place: number };
  "generation.started": Milestone & OfGeneration & { attempt: number; model?: string; provider?: string };
  "generation.cancelling": Milestone & OfGeneration;
  "generation.abandoned": Milestone & OfGeneration & { attempt: number; reason?: string };
  reasoning: Piece & { delta: string };
  explanation: Piece & { delta: string };
  code: Piece & { path: string; delta: string; edit?: boolean };
  file: Piece & { path: string; op: FileOp; from?: string; content?: string };
  usage: Piece & { usage: Usage; cost?: Cost };
  "generation.completed": Milestone & OfGeneration & { attempt: number; version: number; number: number | null; files: FileChange[]; usage?: Usage; cost?: Cost; finish_reason?: string };
  "generation.failed": Milestone & OfGeneration & { code: string; message: string; retryable?: boolean; number?: number | null; files?: FileChange[]; usage?: Usage; cost?: Cost };
  "generation.cancelled": Milestone & OfGeneration & { partial: boolean; number?: number | null; files?: FileChange[]; usage?: Usage; cost?: Cost };
  "version.created": Milestone & { number: number; author: "model" | "user"; restored?: number };
  "session.renamed": Milestone & { title: string | null };
  "session.deleted": Milestone;
  reset: { cursor?: string; from?: string; version?: number };
  closing: { reason: "signed_out" | "expired" | "moved" | "slow" | "unshared" };
};

export type EventName = keyof EventData;
export type SessionEvent = { [N in EventName]: { type: N; data: EventData[N] } }[EventName];
export type PieceName = "reasoning" | "explanation" | "code" | "file" | "usage";
export type PieceEvent = Extract<SessionEvent, { type: PieceName }>;
type EndEvent = Extract<SessionEvent, { type: "generation.completed" | "generation.failed" | "generation.cancelled" }>;

const pieces: ReadonlySet<string> = new Set<PieceName>(["reasoning", "explanation", "code", "file", "usage"]);
const ends: ReadonlySet<string> = new Set<EndEvent["type"]>(["generation.completed", "generation.failed", "generation.cancelled"]);
export const isPiece = (event: SessionEvent): event is PieceEvent => pieces.has(event.type);
export const isEnd = (event: SessionEvent): event is EndEvent => ends.has(event.type);

export const eventNames: readonly EventName[] = [
  "hello",
  "message",
  "generation.queued",
  "generation.started",
  "generation.cancelling",
  "generation.abandoned",
  "reasoning",
  "explanation",
  "code",
  "file",
  "usage",
  "generation.completed",
  "generation.failed",
  "generation.cancelled",
  "version.created",
  "session.renamed",
  "session.deleted",
  "reset",
  "closing",
];
