/** The app's end of the compile worker. Only the newest request matters; older ones are answered with null. */
import type { CompileAnswer } from "./compile/messages";
import type { Files } from "./compile/files";

const COMPILE_LIMIT_MS = 10_000;

export class Compiler {
  #worker: Worker | null = null;
  #last = 0;
  #waiting = new Map<number, (answer: CompileAnswer | null) => void>();

  compile(files: Files): Promise<CompileAnswer | null> {
    const id = ++this.#last;
    for (const [older, resolve] of this.#waiting) {
      resolve(null);
      this.#waiting.delete(older);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#restart(), COMPILE_LIMIT_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#start().postMessage({ id, files });
    });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker("/compile/worker.js");
    worker.onmessage = ({ data }: MessageEvent<CompileAnswer>) => this.#settle(data.id, data);
    worker.onerror = () => this.#restart();
    this.#worker = worker;
    return worker;
  }

  #settle(id: number, answer: CompileAnswer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #restart(): void {
    this.close();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { id, error: { kind: "compile", message: "The compiler did not answer. Try again." } });
  }
}
