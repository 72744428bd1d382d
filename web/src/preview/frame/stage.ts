/** Renders bundles. The last good one stays visible until the next has been drawn without an error. */
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { LineMap, ToFrame } from "../protocol";
import { Boundary } from "./boundary";
import { describe } from "./errors";
import { send } from "./port";

type Render = Extract<ToFrame, { t: "render" }>;
type Scene = { rid: number; root: Root; host: HTMLElement; style: HTMLStyleElement | null; lines: LineMap };

let shown: Scene | null = null;
let latest: { rid: number; lines: LineMap } = { rid: 0, lines: [] };

export const currentRender = () => latest;

export async function show(message: Render): Promise<void> {
  latest = { rid: message.rid, lines: message.lines };
  const started = performance.now();
  const component = await load(message);
  if (!component || latest.rid !== message.rid) return;
  mount(message, component, started);
}

async function load({ code, rid, lines }: Render): Promise<React.ComponentType | null> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    const component = ((await import(/* webpackIgnore: true */ url)) as { default?: React.ComponentType }).default;
    if (component) return component;
    send({ t: "error", rid, error: { kind: "runtime", message: "The entry file's default export is not a component." } });
  } catch (error) {
    send({ t: "error", rid, error: describe(error, "runtime", lines) });
  } finally {
    URL.revokeObjectURL(url);
  }
  return null;
}

function mount(message: Render, component: React.ComponentType, started: number): void {
  const host = document.createElement("div");
  host.style.cssText = "position:fixed;inset:0;visibility:hidden;overflow:hidden";
  document.body.append(host);
  const root = createRoot(host, { onCaughtError: () => {}, onUncaughtError: () => {} });
  const scene: Scene = { rid: message.rid, root, host, style: styleFor(message.css), lines: message.lines };
  const onError = (error: unknown, stack: string) => fail(scene, error, stack);
  const onShown = () => void painted().then(() => reveal(scene, started));
  root.render(createElement(Boundary, { onError, onShown, children: createElement(component) }));
}

function fail(scene: Scene, error: unknown, componentStack: string): void {
  send({ t: "error", rid: scene.rid, error: describe(error, "react", scene.lines, componentStack) });
  if (scene !== shown) dispose(scene);
}

function reveal(scene: Scene, started: number): void {
  if (!scene.host.isConnected || latest.rid !== scene.rid) return dispose(scene);
  scene.host.style.cssText = "";
  if (shown) dispose(shown);
  shown = scene;
  send({ t: "rendered", rid: scene.rid, ms: Math.round(performance.now() - started) });
}

function dispose(scene: Scene): void {
  // Not inside React's own work, which may be what brought us here.
  queueMicrotask(() => scene.root.unmount());
  scene.host.remove();
  scene.style?.remove();
}

/** The user's own CSS. Tailwind reads it too when it speaks Tailwind. */
function styleFor(css: string): HTMLStyleElement | null {
  const clean = css.replace(/@import\s+["']tailwindcss["'][^;]*;|@import\s+["']tw-animate-css["'];|@tailwind\s+\w+;/g, "").trim();
  if (!clean) return null;
  const style = document.createElement("style");
  if (/@(apply|theme|layer|utility|variant|custom-variant)\b|theme\(|--spacing\(/.test(clean)) style.type = "text/tailwindcss";
  style.textContent = clean;
  document.head.append(style);
  return style;
}

/** Two frames later, when Tailwind has seen the new classes; hidden pages draw no frames, so not much later than that. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    setTimeout(resolve, 150);
  });
}
