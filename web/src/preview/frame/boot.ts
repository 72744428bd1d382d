/** The frame's program: connects to the parent, then renders what it is given. */
import type { ToFrame } from "../protocol";
import { describe } from "./errors";
import { installGuard } from "./guard";
import { forwardConsole, forwardKeys, keepLinks, replaceDialogs, reportBlocked } from "./page";
import { connect, send } from "./port";
import { scrollAsEver } from "./scrolling";
import { currentRender, show } from "./stage";

installGuard();
forwardConsole();
replaceDialogs();
keepLinks();
forwardKeys();
reportBlocked();
scrollAsEver();

window.addEventListener("error", (event) => {
  if (event.message.startsWith("ResizeObserver loop")) return;
  const { rid, lines } = currentRender();
  send({ t: "error", rid, error: describe(event.error ?? event.message, "runtime", lines) });
});
window.addEventListener("unhandledrejection", (event) => {
  const { rid, lines } = currentRender();
  send({ t: "error", rid, error: describe(event.reason, "rejection", lines) });
});

const setTheme = (theme: "light" | "dark") => {
  document.documentElement.classList.toggle("dark", theme === "dark");
  document.documentElement.style.colorScheme = theme;
};

connect((message: ToFrame) => {
  if (message.t === "ping") return send({ t: "pong", rid: message.rid });
  setTheme(message.theme);
  if (message.t === "render") void show(message);
});
