/** The files of a version, and how an import finds one of them. */

/** Path relative to the project root, to content. */
export type Files = Readonly<Record<string, string>>;

const endings = ["", ".tsx", ".ts", ".jsx", ".js", ".css", ".json", ".svg", "/index.tsx", "/index.ts", "/index.jsx", "/index.js"];
const script = /\.(tsx|ts|jsx|js|mjs)$/;

export const isScript = (path: string) => script.test(path) && !path.endsWith(".d.ts") && !/\.(test|spec)\.[tj]sx?$/.test(path);
export const isCss = (path: string) => path.endsWith(".css");

/** `@/x` is `src/x`; `./x` is relative to `from`; anything else is a package, for which this is null. */
export function localTarget(specifier: string, from: string): string | null {
  if (specifier.startsWith("@/")) return `src/${specifier.slice(2)}`;
  if (specifier.startsWith("/")) return specifier.slice(1);
  if (!specifier.startsWith("./") && !specifier.startsWith("../") && specifier !== "." && specifier !== "..") return null;
  const parts = from.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== "." && step !== "") parts.push(step);
  }
  return parts.join("/");
}

/** The file a local target means, trying the usual endings. */
export function findFile(files: Files, target: string): string | null {
  for (const ending of endings) {
    if (Object.hasOwn(files, target + ending)) return target + ending;
  }
  return null;
}

/** `src/App.tsx`, or the only component file when there is just one; else null. */
export function findEntry(files: Files): string | null {
  const preferred = ["src/App.tsx", "src/App.jsx", "App.tsx", "App.jsx"].find((path) => Object.hasOwn(files, path));
  if (preferred) return preferred;
  const components = Object.keys(files).filter((path) => /\.(tsx|jsx)$/.test(path) && isScript(path) && !/(^|\/)main\.[tj]sx$/.test(path));
  return components.length === 1 ? components[0]! : null;
}
