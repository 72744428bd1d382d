/** An Atelier in three processes, so that one of them can die: core, front (what a browser talks to) and worker. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Process } from "./process.mjs";
import { answersOf, limits, STARTED_MS } from "./system.mjs";
import { until } from "./until.mjs";

/** A dead worker's answers are given to another soon. */
const quick = { ATELIER_GENERATION_LEASE: "3s", ATELIER_GENERATION_HEARTBEAT: "1s", ATELIER_ANSWERS_LOOK_EVERY: "1s" };

export class Split {
  /** On the servers of `system`, where it is an installation of its own: another database, other topics. */
  static async beside(system, model) {
    const split = new Split();
    split.folder = mkdtempSync(join(tmpdir(), "atelier-split-"));
    const ports = await freePorts("public", "command", "auth", "core", "front", "worker");
    split.url = `http://127.0.0.1:${ports.public}`;
    const settings = { ...serversOf(system), ...secrets(), ...addresses(ports), ...limits, ...quick, ...answersOf(model), ATELIER_MAIL_OUTBOX: join(split.folder, "outbox") };
    try {
      await split.#prepares(settings);
      await split.#starts(settings, ports);
    } catch (error) {
      await split.stop();
      throw error;
    }
    return split;
  }

  async #prepares(settings) {
    for (const words of [["migrate"], ["topics", "apply"]]) {
      const command = new Process(words[0], words, settings, this.folder);
      command.start();
      await command.finishes();
    }
  }

  async #starts(settings, ports) {
    const part = (name, roles, own = {}) => new Process(name, ["serve", "--roles", roles], { ...settings, ATELIER_OPERATIONS_LISTEN: local(ports[name]), ...own }, this.folder);
    this.core = part("core", "auth,command,relay,projector", { ATELIER_RPC_COMMAND_LISTEN: local(ports.command), ATELIER_AUTH_LISTEN: local(ports.auth) });
    this.front = part("front", "gateway,edge");
    this.worker = part("worker", "generation");
    for (const process of this.#processes()) process.start();
    for (const process of this.#processes()) await isReady(process);
  }

  #processes() {
    return [this.worker, this.front, this.core].filter(Boolean);
  }

  /** As `kill -9` does, to one of the three. */
  async loses(process) {
    await process.dies();
  }

  /** Another process in place of the dead one, at the same address. */
  async replaces(process) {
    process.start();
    await isReady(process);
  }

  async stop() {
    await Promise.all(this.#processes().map((process) => process.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function isReady(process) {
  const url = `http://${process.settings.ATELIER_OPERATIONS_LISTEN}/readyz`;
  await until(`${process.words.at(-1)} is ready`, async () => {
    if (process.ended !== null) throw new Error(`${process.words.join(" ")} ended with ${process.ended}:\n${process.log()}`);
    return fetch(url).then(({ ok }) => ok, () => false);
  }, STARTED_MS);
}

/** The database that every Postgres has besides. */
function serversOf(system) {
  const database = new URL(system.where("DATABASE_URL"));
  database.pathname = "/postgres";
  const redis = new URL(system.where("REDIS_URL"));
  redis.pathname = "/1";
  return { ATELIER_DATABASE_URL: database.href, ATELIER_REDIS_URL: redis.href, ATELIER_KAFKA_BOOTSTRAP: system.where("KAFKA_BOOTSTRAP"), ATELIER_KAFKA_PREFIX: "split." };
}

function secrets() {
  const names = ["KEYS_KEK", "STORE_PEPPER", "AUTH_SEALING_KEY", "AUDIT_SIGNING_KEY", "IDENTITY_INTERNAL_SECRET"];
  return Object.fromEntries(names.map((name) => [`ATELIER_${name}`, randomBytes(32).toString("base64")]));
}

const local = (port) => `127.0.0.1:${port}`;

const addresses = (ports) => ({
  ATELIER_GATEWAY_LISTEN: local(ports.public),
  ATELIER_GATEWAY_PUBLIC_URL: `http://${local(ports.public)}`,
  ATELIER_RPC_COMMAND_URL: `http://${local(ports.command)}`,
  ATELIER_RPC_AUTH_URL: `http://${local(ports.auth)}`,
});

/** Found once, so that who is started again keeps its own. */
async function freePorts(...names) {
  const servers = names.map(() => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = Object.fromEntries(names.map((name, index) => [name, servers[index].address().port]));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
