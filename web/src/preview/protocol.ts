/** What the app and the sandboxed frame say to each other, version 1. Both sides check every message. */
import * as z from "zod";

// Neither the app's CSP nor the frame's lets code be made of text, and to try it is reported as a violation.
z.config({ jitless: true });

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
const lineMap = z.array(z.object({ file: z.string(), start: z.number().int(), lines: z.number().int() }));
export type LineMap = z.infer<typeof lineMap>;

/** What the compile worker makes of the files: one ES module and the style sheets. */
const bundle = z.object({ code: z.string(), css: z.string(), lines: lineMap });
export type Bundle = z.infer<typeof bundle>;

const theme = z.enum(["light", "dark"]);

/** Parent to frame, over the port. */
export const toFrame = z.discriminatedUnion("t", [
  z.object({ ...envelope, t: z.literal("render"), rid: z.number().int(), theme, ...bundle.shape }),
  z.object({ ...envelope, t: z.literal("theme"), theme }),
  z.object({ ...envelope, t: z.literal("ping"), rid: z.number().int() }),
]);
export type ToFrame = z.infer<typeof toFrame>;

/** Reads a message of the frame, or null when it is not one of ours. */
export function readFrameMessage(data: unknown): FromFrame | null {
  const parsed = fromFrame.safeParse(data);
  if (!parsed.success || JSON.stringify(parsed.data).length > MAX_MESSAGE_CHARACTERS) return null;
  return parsed.data;
}

/** Reads a message of the app, or null when it is not one of ours. */
export function readAppMessage(data: unknown): ToFrame | null {
  return toFrame.safeParse(data).data ?? null;
}
