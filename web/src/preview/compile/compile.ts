/** Files in, one bundle out. Pure; runs in the worker and in tests. */
import type { Bundle } from "../protocol";
import { type Files, findEntry, isCss, isScript } from "./files";
import { link } from "./link";
import { compileModule, type Module, type Vendored } from "./module";
import { CompileProblem } from "./problem";

export function compile(files: Files, vendored: Vendored): Bundle {
  const entry = findEntry(files);
  if (!entry) throw new CompileProblem("compile", noEntry(files));
  const { modules, data, css } = collect(entry, files, vendored);
  if (!/exports\s*\.\s*default\s*=|_export.*default|exports, ['"]default['"]/.test(modules.at(-1)!.code)) {
    throw new CompileProblem("compile", `${entry} has no default export. Export the component to show with "export default".`, entry, 1);
  }
  return link(entry, modules, data, css);
}

function noEntry(files: Files): string {
  const count = Object.keys(files).length;
  if (count === 0) return "There are no files yet.";
  return "Nothing to show: the preview starts from the default export of src/App.tsx, or of the only component file.";
}

/** Walks the imports from the entry, depth first; the entry is the last module. Style sheets nobody imports count too. */
function collect(entry: string, files: Files, vendored: Vendored) {
  const modules: Module[] = [];
  const data: Record<string, unknown> = {};
  const styles = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    if (!isScript(path)) {
      if (isCss(path)) styles.add(path);
      data[path] = asData(path, files[path]!);
      return;
    }
    const module = compileModule(path, files, vendored);
    for (const to of Object.values(module.requires)) if ("file" in to) visit(to.file);
    modules.push(module);
  };
  visit(entry);
  for (const path of Object.keys(files)) if (isCss(path)) styles.add(path);
  return { modules, data, css: [...styles].map((path) => `/* ${path} */\n${files[path]}`).join("\n") };
}

function asData(path: string, content: string): unknown {
  if (path.endsWith(".json")) return { __esModule: true, default: parseJson(path, content) };
  if (path.endsWith(".svg")) return { __esModule: true, default: `data:image/svg+xml,${encodeURIComponent(content)}` };
  return { __esModule: true, default: isCss(path) ? {} : content };
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new CompileProblem("compile", (error as Error).message, path);
  }
}
