/** One file of the user: TypeScript and JSX away, imports checked, guards in, `import` turned into `require`. */
import { type AnyNode, type Program, parse, type Token } from "acorn";
import MagicString from "magic-string";
import { transform } from "sucrase";
import type { Files } from "./files";
import { findFile, localTarget } from "./files";
import { insertGuards } from "./guard";
import { CompileProblem } from "./problem";

/** What the preview brings along: specifier to the names it exports. */
export type Vendored = Readonly<Record<string, { exports: string[] }>>;

/** A compiled file. `requires` maps each specifier to a file of the user or to a vendored module. */
export type Module = { path: string; code: string; requires: Record<string, { file: string } | { vendored: string }> };

type Import = { specifier: string; names: string[]; line: number; dynamic: boolean };

export function compileModule(path: string, files: Files, vendored: Vendored): Module {
  const plain = stripTypes(path, files[path]!);
  const tokens: Token[] = [];
  const tree = parseModule(path, plain, tokens);
  const imports = importsOf(tree);
  const requires: Module["requires"] = {};
  for (const item of imports) requires[item.specifier] = resolve(item, path, files, vendored);
  const code = new MagicString(plain);
  insertGuards(tree as AnyNode, tokens, code);
  const linked = transform(code.toString(), { transforms: ["imports"], disableESTransforms: true, production: true, filePath: path }).code;
  return { path, code: linked, requires };
}

function stripTypes(path: string, source: string): string {
  const typed = /\.tsx?$/.test(path);
  const jsx = !path.endsWith(".ts");
  try {
    return transform(source, {
      transforms: [...(typed ? (["typescript"] as const) : []), ...(jsx ? (["jsx"] as const) : [])],
      jsxRuntime: "automatic",
      disableESTransforms: true,
      production: true,
      filePath: path,
    }).code;
  } catch (error) {
    throw syntaxProblem(path, error);
  }
}

function parseModule(path: string, code: string, tokens: Token[]): Program {
  try {
    return parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true, onToken: tokens, allowHashBang: true });
  } catch (error) {
    throw syntaxProblem(path, error);
  }
}

function syntaxProblem(path: string, error: unknown): CompileProblem {
  const { message, loc } = error as { message: string; loc?: { line: number; column: number } };
  const clean = message.replace(`Error transforming ${path}: `, "").replace(/\s*\(\d+:\d+\)$/, "");
  return new CompileProblem("compile", clean, path, loc?.line, loc?.column);
}

function importsOf(tree: Program): Import[] {
  const found: Import[] = [];
  for (const node of tree.body) {
    if (node.type === "ImportDeclaration") {
      const names = node.specifiers.map((one) => (one.type === "ImportSpecifier" ? nameOf(one.imported) : one.type === "ImportDefaultSpecifier" ? "default" : "*"));
      found.push({ specifier: String(node.source.value), names, line: node.loc?.start.line ?? 0, dynamic: false });
    } else if ((node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") && node.source) {
      const names = node.type === "ExportNamedDeclaration" ? node.specifiers.map((one) => nameOf(one.local)) : ["*"];
      found.push({ specifier: String(node.source.value), names, line: node.loc?.start.line ?? 0, dynamic: false });
    }
  }
  return found.concat(dynamicImportsOf(tree));
}

const nameOf = (node: { type: string; name?: string; value?: unknown }) => node.name ?? String(node.value);

function dynamicImportsOf(tree: Program): Import[] {
  const found: Import[] = [];
  const visit = (node: unknown): void => {
    if (!node || typeof node !== "object") return;
    if (Array.isArray(node)) return node.forEach(visit);
    const one = node as AnyNode;
    if (one.type === "ImportExpression" && one.source.type === "Literal") {
      found.push({ specifier: String(one.source.value), names: ["*"], line: one.loc?.start.line ?? 0, dynamic: true });
    }
    for (const [key, value] of Object.entries(one)) if (key !== "loc") visit(value);
  };
  visit(tree.body);
  return found;
}

function resolve(item: Import, path: string, files: Files, vendored: Vendored): Module["requires"][string] {
  const target = localTarget(item.specifier, path);
  const file = target === null ? null : findFile(files, target);
  if (file) return { file };
  if (!Object.hasOwn(vendored, item.specifier)) throw missing(item, path, target, vendored);
  checkNames(item, path, vendored[item.specifier]!.exports);
  return { vendored: item.specifier };
}

function missing(item: Import, path: string, target: string | null, vendored: Vendored): CompileProblem {
  return new CompileProblem("import", `Cannot find "${item.specifier}". ${whatThereIs(item.specifier, target, Object.keys(vendored))}`, path, item.line);
}

const COMPONENTS = "@/components/ui/";
const HELPERS = "@/lib/";

function whatThereIs(specifier: string, target: string | null, names: string[]): string {
  const under = (folder: string) => names.filter((name) => name.startsWith(folder));
  if (specifier.startsWith(COMPONENTS)) return `Available in ${COMPONENTS}: ${under(COMPONENTS).map((name) => name.slice(COMPONENTS.length)).join(", ")}.`;
  if (specifier.startsWith(HELPERS)) return `Available here: ${under(HELPERS).join(", ")}.`;
  if (target) return `There is no file ${target}.`;
  return `Available here: ${names.filter((name) => !name.startsWith("@/")).join(", ")}.`;
}

function checkNames(item: Import, path: string, exports: string[]): void {
  const known = new Set([...exports, "*"]);
  const unknown = item.names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const near = exports.filter((name) => unknown.some((one) => name.toLowerCase().includes(one.toLowerCase().slice(0, 5)))).slice(0, 8);
  const hint = near.length > 0 ? ` Did you mean ${near.join(", ")}?` : "";
  throw new CompileProblem("import", `"${item.specifier}" has no export ${unknown.map((name) => `"${name}"`).join(", ")}.${hint}`, path, item.line);
}
