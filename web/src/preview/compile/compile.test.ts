import assert from "node:assert/strict";
import { test } from "node:test";
import { locate } from "../frame/errors";
import { compile } from "./compile";
import type { Files } from "./files";
import { GUARD } from "./guard-name";
import type { Vendored } from "./module";

const vendored: Vendored = {
  react: { exports: ["default", "useState"] },
  "react/jsx-runtime": { exports: ["jsx", "jsxs", "Fragment"] },
  "@/components/ui/button": { exports: ["Button"] },
};

const problem = (files: Files) => {
  try {
    compile(files, vendored);
  } catch (error) {
    return error as { kind: string; message: string; file?: string; line?: number };
  }
  throw new Error("it compiled");
};

/** Runs a bundle whose files need no vendored modules. */
async function run(files: Files, guard: () => void = () => {}): Promise<unknown> {
  Object.assign(globalThis, { [GUARD]: guard });
  const { code } = compile(files, vendored);
  return ((await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { default: unknown }).default;
}

test("files are linked, by relative path and by @/, types gone", async () => {
  const main = await run({
    "src/App.tsx": 'import { double } from "./lib/double";\nimport data from "@/data.json";\nimport type { T } from "./types";\nconst x: T = double(data.n);\nexport default x;',
    "src/lib/double.ts": "export const double = (n: number): number => n * 2;",
    "src/data.json": '{"n": 21}',
  });
  assert.equal(main, 42);
});

test("files that import each other work", async () => {
  const main = await run({
    "src/App.tsx": 'import { even } from "./even";\nexport default even(10);',
    "src/even.ts": 'import { odd } from "./odd";\nexport function even(n: number): boolean { return n === 0 ? true : odd(n - 1); }',
    "src/odd.ts": 'import { even } from "./even";\nexport function odd(n: number): boolean { return n === 0 ? false : even(n - 1); }',
  });
  assert.equal(main, true);
});

test("the only component file is the entry; two without src/App.tsx are an error", () => {
  assert.ok(compile({ "src/Card.tsx": "export default () => <p/>;", "src/x.ts": "export {}" }, vendored).code);
  assert.match(problem({ "src/A.tsx": "export default 1", "src/B.tsx": "export default 2" }).message, /src\/App\.tsx/);
  assert.match(problem({ "src/App.tsx": "export const App = 1;" }).message, /no default export/);
});

test("an unknown package names what is available, an unknown export what is near", () => {
  const unknown = problem({ "src/App.tsx": 'import React from "react";\nimport x from "left-pad";\nexport default x;' });
  assert.equal(unknown.kind, "import");
  assert.equal(unknown.line, 2);
  assert.match(unknown.message, /"left-pad".*Available here: react, react\/jsx-runtime/);
  const component = problem({ "src/App.tsx": 'import { Knob } from "@/components/ui/knob";\nexport default Knob;' });
  assert.equal(component.message, 'Cannot find "@/components/ui/knob". Available in @/components/ui/: button.');
  assert.match(problem({ "src/App.tsx": 'import { useStat } from "react";\nexport default useStat;' }).message, /no export "useStat".*useState/);
  assert.match(problem({ "src/App.tsx": 'import { x } from "./missing";\nexport default x;' }).message, /no file src\/missing/);
});

test("a syntax error has its file and line", () => {
  const error = problem({ "src/App.tsx": "export default function App() {\n  return <p>;\n}\n" });
  assert.equal(error.kind, "compile");
  assert.equal(error.file, "src/App.tsx");
  assert.ok(error.line! >= 2);
});

test("every kind of loop and function counts", async () => {
  let calls = 0;
  const count = () => void calls++;
  const body = [
    "let n = 0;",
    "for (let i = 0; i < 2; i++) n++;",
    "for (const i of [1, 2]) n += i;",
    "for (const k in { a: 1 }) { n += k.length; }",
    "while (n < 7) n++;",
    "do n++; while (n < 9);",
    "const arrow = (f = (x: number) => x + 1) => ({ n: f(1) });",
    "const curried = (a: number) => async (b: number) => a + b;",
    "class C { m() { return arrow().n; } }",
    'function strict() { "use strict"; return new C().m(); }',
    "strict(); curried(1)(2);",
    "export default n;",
  ].join("\n");
  assert.equal(await run({ "src/App.tsx": body }, count), 9);
  assert.equal(calls, 2 + 2 + 1 + 1 + 2 + /* strict, m, arrow, f, curried twice */ 6);
});

test("an endless loop can be left", async () => {
  let calls = 0;
  const limit = () => {
    if (++calls > 1000) throw new Error("enough");
  };
  await assert.rejects(run({ "src/App.tsx": "while (true);\nexport default 1;" }, limit), /enough/);
  calls = 0;
  await assert.rejects(run({ "src/App.tsx": "const f = (n: number): number => f(n) + f(n);\nexport default f(1);" }, limit), /enough/);
});

test("a line of the bundle is a line of the user's file", () => {
  const files = { "src/App.tsx": 'import { b } from "./b";\n\nexport default function App() {\n  throw new Error(b);\n}\n', "src/b.ts": "type X = {\n  a: 1;\n};\nexport const b = 'here';\n" };
  const { code, lines } = compile(files, vendored);
  const rows = code.split("\n");
  assert.deepEqual(locate(lines, rows.findIndex((row) => row.includes("throw new Error")) + 1), { file: "src/App.tsx", line: 4 });
  assert.deepEqual(locate(lines, rows.findIndex((row) => row.includes("'here'")) + 1), { file: "src/b.ts", line: 4 });
});

test("the user's own component wins over the vendored one of the same name", async () => {
  const main = await run({ "src/App.tsx": 'import { Button } from "@/components/ui/button";\nexport default Button;', "src/components/ui/button.tsx": 'export const Button = "mine";' });
  assert.equal(main, "mine");
});

test("style sheets are collected, imported or not", () => {
  const { css } = compile({ "src/App.tsx": 'import "./a.css";\nexport default 1;', "src/a.css": "a{}", "src/b.css": "b{}" }, vendored);
  assert.match(css, /a\{\}[\s\S]*b\{\}/);
});
