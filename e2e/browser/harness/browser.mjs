/** The real Chromium, and a watch over everything it complains about. */
import { chromium } from "playwright-core";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

/** How Chromium says that a page's policy did not let a request go. */
const STOPPED = "csp";

/** Listens to a browser context from its first page on. */
export class Watch {
  #complaints = [];
  #expected = [];
  #requests = [];
  #visited = [];

  constructor(context) {
    context.on("request", (request) => this.#requests.push(request));
    context.on("requestfailed", (request) => this.#failed(request));
    context.on("console", (message) => message.type() === "error" && this.#complaints.push(`console: ${message.text()} (${message.location().url})`));
    context.on("weberror", (error) => this.#complaints.push(`uncaught: ${error.error().stack ?? error.error()}`));
  }

  /** A page that is left takes its requests with it; anything else that fails is a fault. */
  #failed(request) {
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") this.#complaints.push(`request failed: ${reason} ${request.method()} ${request.url()}`);
  }

  /** A complaint that belongs to the story. */
  expects(pattern) {
    this.#expected.push(pattern);
  }

  /** A place that the story itself goes to, such as somebody's provider. */
  visits(...origins) {
    this.#visited.push(...origins);
  }

  get urls() {
    return this.#requests.map((request) => request.url());
  }

  /** What went somewhere else than home. What the policy stopped has not left. */
  strangers(home) {
    const near = [home, ...this.#visited];
    const left = this.#requests.filter((request) => request.failure()?.errorText !== STOPPED).map((request) => request.url());
    return left.filter((url) => !/^(about|blob|data):/.test(url) && !near.includes(new URL(url).origin));
  }

  complaints() {
    return this.#complaints.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }
}
