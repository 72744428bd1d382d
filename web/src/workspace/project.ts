/** The open project and its sessions. */
import { create } from "zustand";
import { projects, sessions } from "@/api/api";
import { type Problem, toProblem } from "@/api/problem";
import type { Project, Session } from "@/api/types";

type Store = {
  project: Project | null;
  sessions: Session[] | null;
  problem: Problem | null;
  open: (id: string) => Promise<void>;
  rename: (name: string) => Promise<void>;
  /** Opens a session and puts it first in the list. */
  newSession: () => Promise<Session>;
  renameSession: (id: string, title: string) => Promise<void>;
  removeSession: (id: string) => Promise<void>;
  /** Takes over what was read or changed elsewhere. */
  note: (session: Session) => void;
  forget: (id: string) => void;
};

/** Whether the open project may be changed, and not only looked at. */
export const useWorks = () => useProject((store) => store.project?.role !== "viewer");
export const useOwns = () => useProject((store) => (store.project?.role ?? "owner") === "owner");

export const useProject = create<Store>()((set, get) => ({
  project: null,
  sessions: null,
  problem: null,

  async open(id) {
    if (get().project?.id !== id) set({ project: null, sessions: null });
    set({ problem: null });
    try {
      // A new project may not be known to the list yet; the first read waits until it is.
      const project = await projects.get(id, 1);
      const list = await projects.sessions(id);
      set({ project, sessions: list.items });
    } catch (error) {
      set({ problem: toProblem(error) });
    }
  },

  async rename(name) {
    const { project } = get();
    if (!project) return;
    await projects.rename(project.id, name);
    set({ project: { ...project, name } });
  },

  async newSession() {
    const { project } = get();
    const session = await projects.openSession(project!.id);
    set((store) => ({ sessions: [session, ...(store.sessions ?? [])] }));
    return session;
  },

  async renameSession(id, title) {
    await sessions.rename(id, title);
    const known = get().sessions?.find((one) => one.id === id);
    if (known) get().note({ ...known, title });
  },

  async removeSession(id) {
    await sessions.remove(id);
    get().forget(id);
  },

  forget: (id) => set((store) => ({ sessions: store.sessions?.filter((one) => one.id !== id) ?? null })),

  note: (session) =>
    set(({ sessions: list }) => {
      if (!list || session.project_id !== get().project?.id) return {};
      return { sessions: list.some((one) => one.id === session.id) ? list.map((one) => (one.id === session.id ? session : one)) : [session, ...list] };
    }),
}));
