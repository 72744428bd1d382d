// Bundles every src/**/*.test.ts and runs them with Node's own test runner, in this folder, beside what the preview needs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import "./preview.mjs";

const root = new URL("..", import.meta.url).pathname;
const tests = readdirSync(join(root, "src"), { recursive: true }).filter((name) => /\.test\.tsx?$/.test(name));
const outdir = mkdtempSync(join(tmpdir(), "atelier-web-test-"));
await build({
  absWorkingDir: root,
  entryPoints: tests.map((name) => join("src", name)),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  jsx: "automatic",
  alias: { "@": join(root, "src") },
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: "warning",
});
const files = readdirSync(outdir, { recursive: true }).filter((name) => name.endsWith(".test.mjs")).map((name) => join(outdir, name));
const { status } = spawnSync(process.execPath, ["--test", "--enable-source-maps", ...files], { stdio: "inherit", cwd: root });
rmSync(outdir, { recursive: true, force: true });
process.exit(status ?? 1);
