import { useMemo, useRef } from "react";
import { type FileMap, beingWritten, overlay } from "@/session/files";
import { useSession } from "@/session/store";
import { isOver } from "@/session/state";
import { useVersions } from "@/session/versions";

export type WorkFiles = {
  files: FileMap;
  /** The version shown; null while it is still being made or there is none. */
  number: number | null;
  /** An older version is shown, or an answer is changing the files. */
  readOnly: boolean;
  /** An answer is still being written. */
  streaming: boolean;
  writing: { path: string; text: string } | null;
  /** The files are known, even if there are none. */
  ready: boolean;
};

const none: FileMap = {};

/** The files to show: a past version, or the newest with what the running answer has finished so far. */
export function useWorkFiles(): WorkFiles {
  const state = useSession((store) => store.state);
  const { viewed, files: versions } = useVersions();
  const running = state?.active ? state.generations[state.active] : undefined;
  const head = state?.head ?? null;
  const stored = head === null ? none : versions[head];
  const latest = useRef<{ session?: string; files: FileMap }>({ files: none });
  if (latest.current.session !== state?.session.id) latest.current = { session: state?.session.id, files: none };

  // Until a new version has been read, the answer that made it has told enough to show it.
  const maker = head === null || stored ? undefined : Object.values(state?.generations ?? {}).find((one) => one.number === head && isOver(one));
  const base = useMemo(() => stored ?? overlay(latest.current.files, maker), [stored, maker]);
  const doneParts = running?.parts.filter((part) => part.kind === "file" && part.done).length ?? 0;
  // Only finished operations change the files, so a token of prose must not make new ones.
  const current = useMemo(() => overlay(base, running), [base, running?.id, running?.attempt, doneParts]);
  if (stored) latest.current.files = stored;

  if (viewed !== null) return { files: versions[viewed] ?? none, number: viewed, readOnly: true, streaming: false, writing: null, ready: viewed in versions };
  return { files: current, number: head, readOnly: Boolean(running), streaming: Boolean(running), writing: beingWritten(running), ready: state !== null && (head === null || Boolean(stored) || Boolean(maker)) };
}
