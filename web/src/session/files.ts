/** The files as an answer is changing them. */
import type { Generation } from "./state";

export type FileMap = Readonly<Record<string, string>>;

/** Files of `base` with every finished operation of the answer applied. */
export function overlay(base: FileMap, generation: Generation | undefined): FileMap {
  if (!generation) return base;
  const files: Record<string, string> = { ...base };
  for (const part of generation.parts) {
    if (part.kind !== "file" || !part.done || !part.op) continue;
    if (part.op === "deleted") delete files[part.path];
    else if (part.op === "renamed" && part.from) {
      files[part.path] = part.content ?? files[part.from] ?? "";
      delete files[part.from];
    } else {
      // Of a file that was only named, the content is not known.
      const content = part.content ?? (part.edit || part.text === "" ? undefined : part.text);
      if (content !== undefined) files[part.path] = content;
    }
  }
  return files;
}

/** The file being written right now, if it is written whole. */
export function beingWritten(generation: Generation | undefined): { path: string; text: string } | null {
  const part = generation?.parts.at(-1);
  return part?.kind === "file" && !part.done && !part.edit ? { path: part.path, text: part.text } : null;
}
