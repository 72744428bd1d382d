import { create } from "zustand";

export type Theme = "light" | "dark";
const KEY = "atelier-theme";

type Store = { theme: Theme; set: (theme: Theme) => void; toggle: () => void };

const current = (): Theme => (typeof document !== "undefined" && document.documentElement.classList.contains("dark") ? "dark" : "light");

function paint(theme: Theme): void {
  document.documentElement.classList.toggle("dark", theme === "dark");
  document.documentElement.style.colorScheme = theme;
}

/** The colours in use. `public/theme.js` chose them before the first paint. */
export const useTheme = create<Store>()((set, get) => ({
  theme: current(),
  set(theme) {
    remember(theme);
    paint(theme);
    set({ theme });
  },
  toggle: () => get().set(get().theme === "dark" ? "light" : "dark"),
}));

/** Until somebody chose, the system decides, also when it changes its mind at dusk. */
if (typeof matchMedia === "function") {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (chosen()) return;
    const theme = dark.matches ? "dark" : "light";
    paint(theme);
    useTheme.setState({ theme });
  };
  dark.addEventListener("change", follow);
  // It may have done so between the first paint and now.
  follow();
}

/** Without storage a choice lasts as long as the page, or until the system changes. */
function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {}
}

function chosen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
