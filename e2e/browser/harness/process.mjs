/** One process of the binary, with its settings and its log. It can be killed like any other. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const ENDED_MS = 30_000;

export class Process {
  #running;

  constructor(name, words, settings, folder) {
    Object.assign(this, { words, settings, logFile: join(folder, `${name}.log`) });
  }

  /** It dies with us, however we die. */
  start() {
    const running = spawn("setpriv", ["--pdeathsig", "KILL", "--", binary(), ...this.words], {
      env: { ...process.env, ...this.settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(this.logFile, { flags: "a" });
    running.stdout.pipe(log, { end: false });
    running.stderr.pipe(log, { end: false });
    running.once("close", () => log.end());
    this.#running = running;
  }

  /** What it ended with; null while it runs, the signal's name if one ended it. */
  get ended() {
    return this.#running.exitCode ?? this.#running.signalCode;
  }

  /** Waits for its own end, as a command has one. */
  async finishes() {
    if (this.ended === null) await once(this.#running, "exit");
    if (this.ended !== 0) throw new Error(`atelier ${this.words.join(" ")} ended with ${this.ended}:\n${this.log()}`);
  }

  /** `kill -9`: no goodbye, nothing flushed. */
  async dies() {
    if (this.ended !== null) return;
    const ended = once(this.#running, "exit");
    this.#running.kill("SIGKILL");
    await ended;
  }

  async stop() {
    if (!this.#running || this.ended !== null) return;
    const ended = once(this.#running, "exit");
    this.#running.kill("SIGTERM");
    const timer = setTimeout(() => this.#running.kill("SIGKILL"), ENDED_MS);
    await ended;
    clearTimeout(timer);
  }

  log() {
    return read(this.logFile).slice(-4_000);
  }
}

/** `ATELIER_BIN`, or what `cargo build` made. */
function binary() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atelier", "target");
  return process.env.ATELIER_BIN ?? join(process.env.CARGO_TARGET_DIR ?? cache, "debug", "atelier");
}

/** A file's text; nothing, while there is no such file. */
export function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
