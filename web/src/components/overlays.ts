import { create } from "zustand";

export type Overlay = "commands" | "shortcuts" | "import" | "share" | "models";

/** Which of the windows over the screen is open; one at a time. */
export const useOverlays = create<{ open: Overlay | null; show: (overlay: Overlay | null) => void }>()((set) => ({
  open: null,
  show: (open) => set({ open }),
}));
