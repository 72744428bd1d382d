/** What the app and the sandboxed frame say to each other, version 1. Both sides check every message. */
import { z } from "zod";

/** Messages longer than this are dropped unread: the frame is hostile until proven otherwise. */
export const MAX_MESSAGE_CHARACTERS = 64_000;

const text = (limit: number) => z.string().max(limit);
const envelope = { v: z.literal(1) };

export const errorKinds = ["compile", "import", "runtime", "rejection", "react", "csp", "loop"] as const;

/** One error of the preview. `file` and `line` are the user's own, not the bundle's. */
export const previewError = z.object({
  kind: z.enum(errorKinds),
  message: text(8_000),
  stack: text(16_000).optional(),
  file: text(500).optional(),
  line: z.number().int().nonnegative().optional(),
  column: z.number().int().nonnegative().optional(),
  componentStack: text(16_000).optional(),
});
export type PreviewError = z.infer<typeof previewError>;

export const consoleLevels = ["log", "info", "warn", "error", "debug"] as const;
export type ConsoleLine = { level: (typeof consoleLevels)[number]; text: string; at: number };

/** Frame to parent. `hello` comes by `window.postMessage`, everything after it over the port. */
export const fromFrame = z.discriminatedUnion("t", [
  z.object({ ...envelope, t: z.literal("ready") }),
  z.object({ ...envelope, t: z.literal("rendered"), rid: z.number().int(), ms: z.number() }),
  z.object({ ...envelope, t: z.literal("error"), rid: z.number().int(), error: previewError }),
  z.object({ ...envelope, t: z.literal("console"), level: z.enum(consoleLevels), text: text(8_000) }),
  z.object({ ...envelope, t: z.literal("toast"), text: text(2_000) }),
  z.object({ ...envelope, t: z.literal("navigate"), href: text(2_000) }),
  z.object({ ...envelope, t: z.literal("key"), key: text(20) }),
  z.object({ ...envelope, t: z.literal("pong"), rid: z.number().int() }),
]);
export type FromFrame = z.infer<typeof fromFrame>;

/** Where each user file lies in the bundle: its first line there, 1-based, and how many lines it has. */
export type LineMap = { file: string; start: number; lines: number }[];

/** What the compile worker makes of the files: one ES module and the style sheets. */
export type Bundle = { code: string; css: string; lines: LineMap };

/** Parent to frame. */
export type ToFrame =
  | ({ v: 1; t: "render"; rid: number; theme: "light" | "dark" } & Bundle)
  | { v: 1; t: "theme"; theme: "light" | "dark" }
  | { v: 1; t: "ping"; rid: number };

/** Reads a message of the frame, or null when it is not one of ours. */
export function readFrameMessage(data: unknown): FromFrame | null {
  const parsed = fromFrame.safeParse(data);
  if (!parsed.success || JSON.stringify(parsed.data).length > MAX_MESSAGE_CHARACTERS) return null;
  return parsed.data;
}
