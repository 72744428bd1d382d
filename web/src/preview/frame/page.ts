/** What a page may do to its surroundings, turned into messages to the parent. */
import { consoleLevels } from "../protocol";
import { safeText } from "./errors";
import { send } from "./port";

const CONSOLE_LINES_PER_SECOND = 100;

export function forwardConsole(): void {
  let left = CONSOLE_LINES_PER_SECOND;
  window.setInterval(() => (left = CONSOLE_LINES_PER_SECOND), 1_000);
  for (const level of consoleLevels) {
    const original = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      original(...args);
      if (left-- > 0) send({ t: "console", level, text: format(args).slice(0, 4_000) });
    };
  }
}

/** `console.log("%s is %o", …)`: React writes its warnings that way. */
function format(args: unknown[]): string {
  const [first, ...rest] = args;
  if (typeof first !== "string") return args.map(safeText).join(" ");
  const filled = first.replace(/%[sdifoOc]/g, (mark) => (mark === "%c" ? (rest.shift(), "") : rest.length > 0 ? safeText(rest.shift()) : mark));
  return [filled, ...rest.map(safeText)].join(" ");
}

export function replaceDialogs(): void {
  window.alert = (message?: unknown) => send({ t: "toast", text: safeText(message ?? "").slice(0, 500) });
  window.confirm = (message?: string) => (send({ t: "toast", text: `Confirmed: ${message ?? ""}`.slice(0, 500) }), true);
  window.prompt = (_message?: string, fallback?: string) => fallback ?? "";
}

/** Links stay in the frame: `#id` scrolls, the rest is only told to the parent. */
export function keepLinks(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    const href = link?.getAttribute("href");
    if (!href || event.defaultPrevented) return;
    event.preventDefault();
    if (href.startsWith("#")) document.getElementById(href.slice(1))?.scrollIntoView({ behavior: "smooth" });
    else send({ t: "navigate", href: href.slice(0, 2_000) });
  });
  document.addEventListener("submit", (event) => event.preventDefault());
}

/** `Escape` hands the focus back to the app. */
export function forwardKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) send({ t: "key", key: "Escape" });
  });
}

export function reportBlocked(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const what = event.blockedURI || event.effectiveDirective;
    send({ t: "console", level: "warn", text: `Blocked in the preview: ${what.slice(0, 300)} (${event.effectiveDirective}). It has no network.` });
  });
}
