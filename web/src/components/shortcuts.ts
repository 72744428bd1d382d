import { useEffect } from "react";
import { create } from "zustand";

/** Something a user can do by key or from the command menu. */
export type Action = {
  id: string;
  label: string;
  group: string;
  /** As `Mod+Shift+O`, `Alt+1`, `Shift+Escape`; Mod is Ctrl or Cmd. */
  keys?: string;
  run: () => void;
  disabled?: boolean;
};

type Store = { actions: Readonly<Record<string, readonly Action[]>>; set: (owner: string, actions: readonly Action[] | null) => void };

export const useActions = create<Store>()((set) => ({
  actions: {},
  set: (owner, actions) =>
    set((store) => {
      const { [owner]: _gone, ...rest } = store.actions;
      return { actions: actions ? { ...rest, [owner]: actions } : rest };
    }),
}));

/** Offers actions while the calling component is there. Memoise `actions`. */
export function useOffer(owner: string, actions: readonly Action[]): void {
  const set = useActions((store) => store.set);
  useEffect(() => {
    set(owner, actions);
    return () => set(owner, null);
  }, [owner, actions, set]);
}

const isMac = () => typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
export const mod = () => (isMac() ? "⌘" : "Ctrl+");

/** Keys as they stand on the keyboard in front of the user. */
export const readableKeys = (keys: string) => keys.replace("Mod+", mod()).replace("Escape", "Esc").replace("BracketLeft", "[").replace("BracketRight", "]").replace("Digit", "");

export function matches(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.pop()!;
  const wanted = { mod: parts.includes("Mod"), shift: parts.includes("Shift"), alt: parts.includes("Alt") };
  const pressed = event.ctrlKey || event.metaKey;
  if (pressed !== wanted.mod || event.shiftKey !== wanted.shift || event.altKey !== wanted.alt) return false;
  return event.code === key || event.key.toLowerCase() === key.toLowerCase();
}

/** Runs the action whose keys are pressed. Mounted once, by the command menu. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const all = Object.values(useActions.getState().actions).flat();
      const action = all.find((one) => one.keys && !one.disabled && matches(event, one.keys));
      if (!action) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
