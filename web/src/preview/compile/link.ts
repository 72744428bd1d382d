/** Joins compiled files into one ES module whose default export is the user's component. */
import type { Bundle, LineMap } from "../protocol";
import type { Module } from "./module";

/** Each file becomes a function on lines of its own, so that a line of the bundle is a line of one file. */
export function link(entry: string, modules: Module[], data: Record<string, unknown>, css: string): Bundle {
  const vendored = [...new Set(modules.flatMap((one) => Object.values(one.requires)).flatMap((to) => ("vendored" in to ? [to.vendored] : [])))];
  const out: string[] = vendored.map((name, index) => `import * as v${index} from ${JSON.stringify(name)};`);
  out.push(`const vendored = {${vendored.map((name, index) => `${JSON.stringify(name)}: { __esModule: true, ...v${index} }`).join(", ")}};`);
  out.push(`const data = ${JSON.stringify(data)};`, "const define = {};");

  const lines: LineMap = [];
  for (const module of modules) {
    out.push(`define[${JSON.stringify(module.path)}] = [${JSON.stringify(module.requires)}, function (exports, require, module) {`);
    const own = module.code.split("\n");
    lines.push({ file: module.path, start: out.length + 1, lines: own.length });
    out.push(...own, "}];");
  }
  out.push(runtime, `export default load(${JSON.stringify(entry)}).default;`);
  return { code: out.join("\n"), css, lines };
}

const runtime = `
const loaded = {};
function load(path) {
  if (loaded[path]) return loaded[path].exports;
  const module = (loaded[path] = { exports: {} });
  if (path in data) { module.exports = data[path]; return module.exports; }
  const [requires, run] = define[path];
  run(module.exports, (name) => {
    const to = requires[name];
    if (!to) throw new Error("Cannot find " + JSON.stringify(name));
    return to.vendored ? vendored[to.vendored] : load(to.file);
  }, module);
  return module.exports;
}`;
