/** Somebody with an account, in front of a browser. What they do and see reads as a story. */
import assert from "node:assert/strict";
import { Watch } from "./browser.mjs";
import { Workspace } from "./workspace.mjs";
import { DEADLINE_MS, until } from "./until.mjs";

export const PASSWORD = "correct horse battery";
let people = 0;

export class Person extends Workspace {
  /** A new person with an account of their own, on their (empty) list of projects. */
  static async signsUp({ browser, system }, name = "Ada Lovelace", email = undefined) {
    people += 1;
    const person = new Person(browser, system, { name, email: email ?? `person-${people}-${process.pid}@example.org` });
    await person.#opensABrowser();
    await person.goes("/login?mode=sign-up");
    await person.the("name").fill(name);
    await person.the("email").fill(person.email);
    await person.the("password").fill(PASSWORD);
    await person.the("submit").click();
    await person.isAt("/");
    return person;
  }

  constructor(browser, system, { name, email }) {
    super();
    Object.assign(this, { browser, system, name, email, devices: [] });
  }

  async #opensABrowser() {
    this.context = await this.browser.newContext({ viewport: { width: 1360, height: 820 }, baseURL: this.system.url });
    this.context.setDefaultTimeout(DEADLINE_MS);
    this.watch = new Watch(this.context);
    this.page = await this.context.newPage();
  }

  /** The same person on another device, where they sign in first. */
  async onAnotherDevice() {
    const twin = new Person(this.browser, this.system, this);
    this.devices.push(twin);
    await twin.#opensABrowser();
    await twin.goes("/login");
    await twin.signsIn();
    await twin.isAt("/");
    return twin;
  }

  async signsIn(password = PASSWORD) {
    await this.the("email").fill(this.email);
    await this.the("password").fill(password);
    await this.the("submit").click();
  }

  async goes(path) {
    await this.page.goto(path);
  }

  async isAt(path) {
    await this.page.waitForURL((url) => (path instanceof RegExp ? path.test(url.pathname + url.search) : url.pathname + url.search === path));
  }

  /** Calls the API as this page would: its cookies, its origin, its CSRF token. */
  async calls(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const csrf = decodeURIComponent(/(?:^|; )csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "");
        const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
        const response = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return text ? JSON.parse(text) : null;
      },
      [method, path, body],
    );
  }

  /** Nothing went wrong behind the story's back, and no secret was ever part of an address. */
  async leaves() {
    for (const device of this.devices) await device.leaves();
    const secrets = (await this.context.cookies()).map((cookie) => cookie.value).filter((value) => value.length > 8);
    await this.context.close();
    assert.deepEqual(this.watch.complaints(), []);
    const leaked = this.watch.urls.filter((url) => secrets.some((secret) => url.includes(secret)) || /token|password|bearer/i.test(url));
    assert.deepEqual(leaked, []);
  }

  /** For the end of a failed story. */
  async photographs(path) {
    await this.page.screenshot({ path }).catch(() => {});
  }

  the(id) {
    return this.page.getByTestId(id);
  }

  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  until(what, ask) {
    return until(what, ask);
  }
}
