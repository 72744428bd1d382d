// Builds what the preview needs, before Next: the vendored modules, the frame and the compile worker.
// Everything lands in public/ and is served as it is; names carry hashes where a browser may keep the file for ever.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { entries } from "./vendored.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "public/preview");

const entryPlugin = {
  name: "vendored-entries",
  setup(builder) {
    builder.onResolve({ filter: /^vendored:/ }, ({ path }) => ({ path: path.slice("vendored:".length), namespace: "vendored" }));
    builder.onLoad({ filter: /.*/, namespace: "vendored" }, ({ path }) => ({ contents: entries[path], resolveDir: root, loader: "js" }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: "es2022",
  jsx: "automatic",
  alias: { "@": join(root, "src") },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

async function buildVendored() {
  const entryPoints = Object.keys(entries).map((name) => ({ in: `vendored:${name}`, out: name.replace("@/components/", "").replaceAll(/[@/]/g, "_") }));
  const { metafile } = await build({
    ...common,
    entryPoints,
    outdir: join(target, "v"),
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    format: "esm",
    splitting: true,
    // The development build: its errors are sentences, which people and models can act on.
    define: { "process.env.NODE_ENV": '"development"' },
    plugins: [entryPlugin],
  });
  const outputs = Object.entries(metafile.outputs).filter(([, one]) => one.entryPoint?.startsWith("vendored:"));
  return outputs.map(([path, one]) => ({ name: one.entryPoint.slice("vendored:".length), url: `/preview/v/${basename(path)}`, exports: one.exports }));
}

async function buildFrame() {
  const { metafile } = await build({
    ...common,
    entryPoints: ["src/preview/frame/harden.ts", "src/preview/frame/boot.ts"],
    outdir: join(target, "v"),
    entryNames: "[name]-[hash]",
    format: "esm",
    external: ["react", "react-dom/client"],
  });
  return Object.fromEntries(Object.entries(metafile.outputs).map(([path, one]) => [basename(one.entryPoint, ".ts"), `/preview/v/${basename(path)}`]));
}

const buildWorker = () =>
  build({ ...common, entryPoints: ["src/preview/compile/worker.ts"], outfile: join(root, "public/compile/worker.js"), format: "iife", define: { "process.env.NODE_ENV": '"production"' } });

function frameHtml(importMap, scripts) {
  const css = readFileSync(join(root, "src/preview/frame/frame.css"), "utf8").replace("/*tw-animate*/", readFileSync(join(root, "node_modules/tw-animate-css/dist/tw-animate.css"), "utf8")).replace("{font}", scripts.font);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Live preview</title>
<script src="${scripts.harden}"></script>
<script type="importmap">${importMap}</script>
<style type="text/tailwindcss">${css}</style>
<script src="${scripts.tailwind}"></script>
<script type="module" crossorigin src="${scripts.boot}"></script>
</head>
<body></body>
</html>
`;
}

/** The gateway puts its own origin in place of {origin} and sends this with frame.html. */
const framePolicy = (importMapHash) =>
  [
    "sandbox allow-scripts allow-forms",
    "default-src 'none'",
    `script-src {origin}/preview/ blob: '${importMapHash}'`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data: {origin}/preview/",
    "connect-src 'none'",
    "worker-src 'none'",
    "frame-src 'none'",
    "child-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors {origin}",
  ].join("; ");

/** Copies a file of a package under a name that changes with its content. */
function copy(source, name, ending) {
  const content = readFileSync(join(root, "node_modules", source));
  const file = `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}.${ending}`;
  writeFileSync(join(target, "v", file), content);
  return `/preview/v/${file}`;
}

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "v"), { recursive: true });
const [vendored, frame] = await Promise.all([buildVendored(), buildFrame(), buildWorker()]);
const importMap = JSON.stringify({ imports: Object.fromEntries(vendored.map(({ name, url }) => [name, url])) });
const tailwind = copy("@tailwindcss/browser/dist/index.global.js", "tailwind", "js");
const font = copy("@fontsource-variable/geist/files/geist-latin-wght-normal.woff2", "geist", "woff2");
const sha256 = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
writeFileSync(join(target, "frame.html"), frameHtml(importMap, { ...frame, tailwind, font }));
writeFileSync(join(target, "csp.txt"), framePolicy(sha256(importMap)));
const release = createHash("sha256").update(importMap).digest("hex").slice(0, 12);
writeFileSync(join(target, "manifest.json"), JSON.stringify({ release, modules: Object.fromEntries(vendored.map(({ name, exports }) => [name, { exports }])) }));
