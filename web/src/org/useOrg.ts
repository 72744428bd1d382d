import { create } from "zustand";
import { type Org, org } from "@/api/org";

type Store = {
  current: Org | null;
  mine: Org[];
  /** Learns where somebody works and where else they could. */
  load: () => Promise<void>;
  /** Works in another organisation from now on; everything on the screen is of the old one, so it is read anew. */
  switchTo: (tenant: string) => Promise<void>;
  named: (name: string) => void;
};

export const useOrg = create<Store>()((set, get) => ({
  current: null,
  mine: [],
  async load() {
    const [current, mine] = await Promise.allSettled([org.get(), org.list()]);
    set({ current: current.status === "fulfilled" ? current.value : null, mine: mine.status === "fulfilled" ? mine.value : [] });
  },
  async switchTo(tenant) {
    if (get().current?.id === tenant) return;
    await org.switchTo(tenant);
    location.assign("/");
  },
  named(name) {
    set(({ current, mine }) => ({
      current: current && { ...current, name },
      mine: mine.map((one) => (one.id === current?.id ? { ...one, name } : one)),
    }));
  },
}));

export const useManages = () => useOrg((store) => store.current?.role === "owner" || store.current?.role === "admin");
