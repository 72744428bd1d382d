/** A whole Atelier of its own: `atelier up` on free ports, with its state in a temporary folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { MODELS } from "./model.mjs";
import { until } from "./until.mjs";

const STARTED_MS = 120_000;
const ENDED_MS = 30_000;

/** Many people come from one address here. */
const limits = { ATELIER_LIMITS_SIGN_IN_PER_MINUTE: "10000", ATELIER_LIMITS_ANONYMOUS_PER_MINUTE: "10000", ATELIER_LIMITS_SIGNED_IN_PER_MINUTE: "10000", ATELIER_LIMITS_DEVICE_PER_MINUTE: "10000", ATELIER_LIMITS_TENANT_PER_MINUTE: "10000" };

/** Administers the whole system, once it has signed up. */
export const ROOT = "root@example.org";
const administrators = { ATELIER_AUTH_ADMINISTRATORS: `["${ROOT}"]` };
/** Nobody has signed in so lately that they need not show their password again. */
const fresh = { ATELIER_AUTH_FRESH: "0s" };

export class System {
  /** Answers come from `model`; without one from the built-in demo, at `pace` tokens a second. */
  static async start({ pace = 0, model, provider }) {
    const answers = model ? { ATELIER_LLM_URL: model.url, ATELIER_LLM_MODEL: MODELS[0], ATELIER_LLM_SILENCE: "5m" } : { ATELIER_LLM_DEMO_PACE: String(pace), ATELIER_LLM_DEMO_FIRST_TOKEN: "0s" };
    const system = new System();
    system.state = mkdtempSync(join(tmpdir(), "atelier-browser-"));
    const providers = provider ? { ATELIER_AUTH_PROVIDERS: provider.setting, ATELIER_AUTH_PRIVATE_PROVIDERS: "true" } : {};
    system.process = launch(system.state, { ...limits, ...administrators, ...fresh, ...providers, ...answers });
    try {
      system.url = await until("the system is ready", () => system.#address(), STARTED_MS);
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** Where operators look, and the mails are. */
  get operations() {
    return /^ATELIER_OPS_URL=(.+)$/m.exec(read(join(this.state, "env")))?.[1];
  }

  #address() {
    if (this.process.exitCode !== null) throw new Error(`atelier ended with ${this.process.exitCode}:\n${this.log()}`);
    return /^ATELIER_URL=(.+)$/m.exec(read(join(this.state, "env")))?.[1];
  }

  log() {
    return read(join(this.state, "up.log")).slice(-4_000);
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGTERM");
      const timer = setTimeout(() => this.process.kill("SIGKILL"), ENDED_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.state, { recursive: true, force: true });
  }
}

/** Dies with us, however we die. */
function launch(state, settings) {
  const process_ = spawn("setpriv", ["--pdeathsig", "KILL", "--", binary(), "up", "--state", state, "--listen", "127.0.0.1:0"], {
    env: { ...process.env, ...settings, ATELIER_OPERATIONS_LISTEN: "127.0.0.1:0", ATELIER_REGISTRY_LISTEN: "127.0.0.1:0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(state, "up.log"));
  process_.stdout.pipe(log);
  process_.stderr.pipe(log);
  return process_;
}

/** `ATELIER_BIN`, or what `cargo build` made. */
function binary() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "atelier", "target");
  return process.env.ATELIER_BIN ?? join(process.env.CARGO_TARGET_DIR ?? cache, "debug", "atelier");
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
