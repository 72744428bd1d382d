import { create } from "zustand";
import { auth, models } from "@/api/api";
import { whenSignedOut } from "@/api/request";
import type { Model, User } from "@/api/types";

type Store = {
  user: User | null;
  models: Model[];
  /** Learns who is signed in and which models answer; leaves for the sign-in page when nobody is. */
  load: () => Promise<void>;
  signOut: () => Promise<void>;
};

/** Set by a sign-out of ours: the stream, which ends with it, must not lead back here after the next sign-in. */
let leaving = false;

const toLogin = () => {
  if (leaving || location.pathname.startsWith("/login")) return;
  const here = location.pathname + location.search;
  location.assign(here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`);
};
whenSignedOut(toLogin);

export const useMe = create<Store>()((set, get) => ({
  user: null,
  models: [],
  async load() {
    if (get().user) return;
    const [user, list] = await Promise.allSettled([auth.me(), models.list()]);
    set({ user: user.status === "fulfilled" ? user.value : null, models: list.status === "fulfilled" ? list.value : [] });
  },
  async signOut() {
    leaving = true;
    await auth.signOut().catch(() => {});
    location.assign("/login");
  },
}));

/** The built-in stand-in answers, not a model. */
export const useIsDemo = () => useMe((store) => store.models.length > 0 && (store.models.find((one) => one.default) ?? store.models[0])?.provider === "demo");
