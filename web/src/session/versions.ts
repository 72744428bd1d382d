/** The versions of the open session's files. A version never changes, so each is read once. */
import { create } from "zustand";
import { useSession } from "./store";
import { sessions } from "@/api/api";
import { type Problem, toProblem } from "@/api/problem";
import type { Version, VersionSummary } from "@/api/types";
import type { FileMap } from "./files";

type Store = {
  session: string | null;
  list: VersionSummary[] | null;
  files: Readonly<Record<number, FileMap>>;
  problem: Problem | null;
  /** The version being looked at; null for the newest. */
  viewed: number | null;
  view: (number: number | null) => void;
  reset: (session: string | null) => void;
  refresh: (minVersion?: number) => Promise<void>;
  load: (number: number) => Promise<void>;
};

const loading = new Map<string, Promise<Version>>();

export const useVersions = create<Store>()((set, get) => ({
  session: null,
  list: null,
  files: {},
  problem: null,
  viewed: null,

  view: (viewed) => {
    set({ viewed });
    if (viewed !== null) void get().load(viewed);
  },

  reset: (session) => set({ session, list: null, files: {}, problem: null, viewed: null }),

  async refresh(minVersion) {
    const { session } = get();
    if (!session) return;
    try {
      const { items } = await sessions.versions(session, minVersion);
      if (get().session === session) set({ list: items.toSorted((a, b) => b.number - a.number), problem: null });
    } catch (error) {
      if (get().session === session) set({ problem: toProblem(error) });
    }
  },

  async load(number) {
    const { session, files } = get();
    if (!session || files[number]) return;
    const key = `${session}:${number}`;
    const pending = loading.get(key) ?? sessions.version(session, number, useSession.getState().state?.version);
    loading.set(key, pending);
    try {
      const version = await pending;
      const map: FileMap = Object.fromEntries(version.files.map((file) => [file.path, file.content]));
      if (get().session === session) set((store) => ({ files: { ...store.files, [number]: map }, problem: null }));
    } catch (error) {
      if (get().session === session) set({ problem: toProblem(error) });
    } finally {
      loading.delete(key);
    }
  },
}));
