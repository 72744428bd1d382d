import type { Bundle, PreviewError } from "../protocol";
import type { Files } from "./files";

export type CompileRequest = { id: number; files: Files };
export type CompileAnswer = { id: number; bundle: Bundle; error?: undefined } | { id: number; error: PreviewError; bundle?: undefined };
