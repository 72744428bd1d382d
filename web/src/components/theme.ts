import { create } from "zustand";

export type Theme = "light" | "dark";
const KEY = "atelier-theme";

type Store = { theme: Theme; set: (theme: Theme) => void; toggle: () => void };

const current = (): Theme => (typeof document !== "undefined" && document.documentElement.classList.contains("dark") ? "dark" : "light");

/** The colours in use. `public/theme.js` chose them before the first paint. */
export const useTheme = create<Store>()((set, get) => ({
  theme: current(),
  set(theme) {
    document.documentElement.classList.toggle("dark", theme === "dark");
    document.documentElement.style.colorScheme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    set({ theme });
  },
  toggle: () => get().set(get().theme === "dark" ? "light" : "dark"),
}));
