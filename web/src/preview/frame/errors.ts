/** Turns what goes wrong in the bundle into errors at the user's own file and line. */
import type { LineMap, PreviewError } from "../protocol";
import { EndlessLoop } from "./guard";

const place = /blob:[^\s)]*?:(\d+):(\d+)/g;

/** The file and line that a line of the bundle belongs to. */
export function locate(lines: LineMap, line: number): { file: string; line: number } | null {
  const hit = lines.find((one) => line >= one.start && line < one.start + one.lines);
  return hit ? { file: hit.file, line: line - hit.start + 1 } : null;
}

/** Rewrites every place in a stack from the bundle's to the user's. */
export function readable(stack: string, lines: LineMap): string {
  return stack
    .split("\n")
    .map((row) => row.replace(place, (whole, line: string, column: string) => {
      const at = locate(lines, Number(line));
      return at ? `${at.file}:${at.line}:${column}` : whole.replace(/blob:[^\s)]*?:/, "bundle:");
    }))
    .join("\n");
}

export function describe(cause: unknown, kind: PreviewError["kind"], lines: LineMap, componentStack?: string): PreviewError {
  const error = cause instanceof Error ? cause : new Error(typeof cause === "string" ? cause : `Thrown: ${safeText(cause)}`);
  const stack = error.stack ?? "";
  const first = [...stack.matchAll(place)].map((hit) => ({ at: locate(lines, Number(hit[1])), column: Number(hit[2]) })).find((hit) => hit.at);
  const inComponent = componentStack ? [...componentStack.matchAll(place)].map((hit) => locate(lines, Number(hit[1]))).find(Boolean) : null;
  return {
    kind: error instanceof EndlessLoop ? "loop" : kind,
    message: (error.message || error.name).slice(0, 4_000),
    stack: readable(stack, lines).slice(0, 8_000),
    file: first?.at?.file ?? inComponent?.file,
    line: first?.at?.line ?? inComponent?.line,
    column: first?.column,
    componentStack: componentStack ? readable(componentStack, lines).slice(0, 8_000) : undefined,
  };
}

/** Any value as text; never throws. */
export function safeText(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.stack ?? value.message;
    if (typeof value === "function") return `[function ${value.name || "anonymous"}]`;
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
