/** A whole Atelier of its own: `atelier up` on free ports, with its state in a temporary folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MODELS } from "./model.mjs";
import { Process, read } from "./process.mjs";
import { until } from "./until.mjs";

export const STARTED_MS = 120_000;

/** Many people come from one address here. */
export const limits = { ATELIER_LIMITS_SIGN_IN_PER_MINUTE: "10000", ATELIER_LIMITS_ANONYMOUS_PER_MINUTE: "10000", ATELIER_LIMITS_SIGNED_IN_PER_MINUTE: "10000", ATELIER_LIMITS_DEVICE_PER_MINUTE: "10000", ATELIER_LIMITS_TENANT_PER_MINUTE: "10000" };

/** Administers the whole system, once it has signed up. */
export const ROOT = "root@example.org";
const administrators = { ATELIER_AUTH_ADMINISTRATORS: `["${ROOT}"]` };
/** Nobody has signed in so lately that they need not show their password again. */
const fresh = { ATELIER_AUTH_FRESH: "0s" };
const anyPorts = { ATELIER_OPERATIONS_LISTEN: "127.0.0.1:0", ATELIER_REGISTRY_LISTEN: "127.0.0.1:0" };

/** Answers come from this model. It may be silent for as long as a story wants. */
export const answersOf = (model) => ({ ATELIER_LLM_URL: model.url, ATELIER_LLM_MODEL: MODELS[0], ATELIER_LLM_SILENCE: "5m" });

export class System {
  /** Answers come from `model`; without one from the built-in demo, at `pace` tokens a second. */
  static async start({ pace = 0, model, provider }) {
    const answers = model ? answersOf(model) : { ATELIER_LLM_DEMO_PACE: String(pace), ATELIER_LLM_DEMO_FIRST_TOKEN: "0s" };
    const system = new System();
    system.state = mkdtempSync(join(tmpdir(), "atelier-browser-"));
    const providers = provider ? { ATELIER_AUTH_PROVIDERS: provider.setting, ATELIER_AUTH_PRIVATE_PROVIDERS: "true" } : {};
    const words = ["up", "--state", system.state, "--listen", "127.0.0.1:0"];
    system.process = new Process("up", words, { ...limits, ...administrators, ...fresh, ...providers, ...answers, ...anyPorts }, system.state);
    system.process.start();
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
    return this.where("ATELIER_OPS_URL");
  }

  /** An address that it has written down for scripts, such as `KAFKA_BOOTSTRAP`; once it is ready. */
  where(name) {
    return new RegExp(`^${name}=(.+)$`, "m").exec(read(join(this.state, "env")))?.[1];
  }

  #address() {
    if (this.process.ended !== null) throw new Error(`atelier ended with ${this.process.ended}:\n${this.process.log()}`);
    return this.where("ATELIER_URL");
  }

  async stop() {
    await this.process.stop();
    rmSync(this.state, { recursive: true, force: true });
  }
}
