import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { compile } from "./compile/compile";
import type { Vendored } from "./compile/module";

const read = (path: string) => readFileSync(join(process.cwd(), path), "utf8");
const { modules } = JSON.parse(read("public/preview/manifest.json")) as { modules: Vendored };
const [, importMap] = /<script type="importmap">(.+?)<\/script>/.exec(read("public/preview/frame.html"))!;
const { imports } = JSON.parse(importMap!) as { imports: Record<string, string> };

test("everything that the preview offers can be imported, and has the names that it is said to have", async () => {
  assert.deepEqual(Object.keys(imports).sort(), Object.keys(modules).sort());
  for (const [name, { exports }] of Object.entries(modules)) {
    const module = (await import(pathToFileURL(join(process.cwd(), "public", imports[name]!)).href)) as object;
    assert.deepEqual(Object.keys(module).sort(), [...exports].sort(), name);
    assert.ok(exports.length > 0, name);
  }
});

test("what the model is told it may import is there", () => {
  const line = read("../crates/llm/assets/system_prompt.md").split("\n").find((one) => one.startsWith("- Imports may only come from:"))!;
  const [, components] = /\(shadcn\/ui: (.+?)\)/.exec(line)!;
  const packages = [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).filter((name) => !name.startsWith("@/"));
  const wanted = [...packages, ...components!.split(", ").map((name) => `@/components/ui/${name}`)];
  assert.ok(wanted.length > 50);
  assert.deepEqual(wanted.filter((name) => !(name in modules)), []);
});

const page = `
import { format } from "date-fns";
import useEmblaCarousel from "embla-carousel-react";
import { OTPInput, REGEXP_ONLY_DIGITS } from "input-otp";
import Image from "next/image";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTheme } from "next-themes";
import { DayPicker } from "react-day-picker";
import { useForm } from "react-hook-form";
import { Drawer } from "vaul";

export default function App() {
  const [viewport] = useEmblaCarousel();
  const { register } = useForm<{ name: string }>();
  const { theme } = useTheme();
  return (
    <Drawer.Root>
      <Link href="/a">{usePathname()}</Link> {format(new Date(0), "yyyy")} {theme}
      <Image src="data:image/png;base64," alt="Nothing" width={1} height={1} />
      <div ref={viewport}><input {...register("name")} /></div>
      <OTPInput maxLength={4} pattern={REGEXP_ONLY_DIGITS} render={() => null} />
      <DayPicker mode="single" />
    </Drawer.Root>
  );
}
`;

test("a page made of all the packages compiles", () => {
  const { code } = compile({ "src/App.tsx": page }, modules);
  for (const name of page.matchAll(/from "(.+)";/g)) assert.match(code, new RegExp(`from "${name[1]}";`));
});
