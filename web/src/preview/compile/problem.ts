import type { PreviewError } from "../protocol";

/** A mistake in the user's files, with the place where it stands. */
export class CompileProblem extends Error {
  constructor(
    readonly kind: "compile" | "import",
    message: string,
    readonly file?: string,
    readonly line?: number,
    readonly column?: number,
  ) {
    super(message);
  }

  toPreviewError(): PreviewError {
    const { kind, message, file, line, column } = this;
    return { kind, message, file, line, column };
  }
}
