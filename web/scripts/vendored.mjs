// What the preview brings along: the specifier in user code, and the source text of its entry.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** CommonJS packages: their names must be written out for `import { useState }` to work. */
const commonJs = ["react", "react-dom", "react-dom/client", "react/jsx-runtime", "react/jsx-dev-runtime"];
const modules = [
  "lucide-react", "recharts", "tailwind-merge", "class-variance-authority", "radix-ui", "cmdk", "sonner", "zod", "zustand",
  "vaul", "date-fns", "react-hook-form", "@hookform/resolvers/zod", "input-otp", "react-day-picker",
];
const withDefault = ["clsx", "embla-carousel-react"];
/** Stand-ins: a preview is one page without a server. */
const played = { "next-themes": "@/preview/next/themes", "next/navigation": "@/preview/next/navigation" };
const playedDefault = { "next/link": "@/preview/next/link", "next/image": "@/preview/next/image" };
const shared = ["alert-dialog", "badge", "button", "card", "command", "dialog", "dropdown-menu", "input", "label", "scroll-area", "select", "skeleton", "sonner", "tabs", "textarea", "tooltip"];
const previewOnly = [
  "accordion", "alert", "aspect-ratio", "avatar", "breadcrumb", "calendar", "carousel", "chart", "checkbox", "collapsible", "context-menu",
  "drawer", "form", "hover-card", "input-otp", "menubar", "navigation-menu", "pagination", "popover", "progress", "radio-group",
  "resizable", "separator", "sheet", "slider", "switch", "table", "toggle", "toggle-group",
];

const all = (from) => `export * from ${JSON.stringify(from)};`;
const allAndDefault = (from) => `${all(from)} export { default } from ${JSON.stringify(from)};`;
const each = (names, entry) => Object.fromEntries(names.map((name) => [name, entry(name)]));
const renamed = (names, entry) => Object.fromEntries(Object.entries(names).map(([name, from]) => [name, entry(from)]));
const components = (names, folder) => Object.fromEntries(names.map((name) => [`@/components/ui/${name}`, all(`${folder}/${name}`)]));

function commonJsEntry(name) {
  const names = Object.keys(require(name)).filter((one) => /^[A-Za-z_$][\w$]*$/.test(one) && one !== "default");
  return `import whole from ${JSON.stringify(name)};\nexport default whole;\nexport const { ${names.join(", ")} } = whole;`;
}

export const entries = {
  ...each(commonJs, commonJsEntry),
  ...each(modules, all),
  ...each(withDefault, allAndDefault),
  ...renamed(played, all),
  ...renamed(playedDefault, allAndDefault),
  "@/lib/utils": all("@/lib/utils"),
  ...components(shared, "@/components/ui"),
  ...components(previewOnly, "@/preview/ui"),
};
