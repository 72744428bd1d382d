/** The real Chromium, and a watch over everything it complains about. */
import { chromium } from "playwright-core";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

/** Listens to a browser context from its first page on. */
export class Watch {
  #complaints = [];
  #expected = [];
  urls = [];

  constructor(context) {
    context.on("request", (request) => this.urls.push(request.url()));
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

  complaints() {
    return this.#complaints.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }
}
