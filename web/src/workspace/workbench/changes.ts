import type { FileMap } from "@/session/files";

export type Change = { path: string; op: "added" | "removed" | "changed" };

/** The files that differ, sorted by path. */
export function changesBetween(before: FileMap, after: FileMap): Change[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return paths.flatMap((path): Change[] => {
    if (!(path in before)) return [{ path, op: "added" }];
    if (!(path in after)) return [{ path, op: "removed" }];
    return before[path] === after[path] ? [] : [{ path, op: "changed" }];
  });
}
