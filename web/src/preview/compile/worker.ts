/** The compile worker: answers each `{id, files}` with a bundle or the error that stands in its way. */
import { compile } from "./compile";
import type { Vendored } from "./module";
import { CompileProblem } from "./problem";
import type { CompileAnswer, CompileRequest } from "./messages";

const vendored: Promise<Vendored> = fetch("/preview/manifest.json").then(async (response) => {
  if (!response.ok) throw new Error(`The preview's modules are missing (${response.status}).`);
  return ((await response.json()) as { modules: Vendored }).modules;
});

async function answer({ id, files }: CompileRequest): Promise<CompileAnswer> {
  try {
    return { id, bundle: compile(files, await vendored) };
  } catch (error) {
    if (error instanceof CompileProblem) return { id, error: error.toPreviewError() };
    return { id, error: { kind: "compile", message: String(error instanceof Error ? error.message : error) } };
  }
}

self.addEventListener("message", (event: MessageEvent<CompileRequest>) => {
  void answer(event.data).then((reply) => self.postMessage(reply));
});
