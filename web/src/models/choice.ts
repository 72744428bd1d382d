/** The model that the next prompt goes to. The choice is remembered on this device, as the colours are. */
import { create } from "zustand";
import type { Model } from "@/api/types";
import { useMe } from "@/components/me";

const KEY = "atelier-model";

type Store = { wish: string | null; choose: (id: string) => void };

const useWish = create<Store>()((set) => ({
  wish: remembered(),
  choose(wish) {
    remember(wish);
    set({ wish });
  },
}));

export const chooseModel = (id: string) => useWish.getState().choose(id);

/** What is on the list, and which of it is in use. */
export function useModels(): { models: Model[]; current: Model | undefined } {
  const models = useMe((store) => store.models);
  const wish = useWish((store) => store.wish);
  return { models, current: currentOf(models, wish) };
}

/** What a prompt says of its model; nothing where the server would take the same one anyway. */
export function modelToAsk(): string | undefined {
  const current = currentOf(useMe.getState().models, useWish.getState().wish);
  return current?.default ? undefined : current?.id;
}

/** A model that is gone is nobody's wish any more. */
export const currentOf = (models: readonly Model[], wish: string | null) => models.find((one) => one.id === wish) ?? models.find((one) => one.default);

function remember(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
