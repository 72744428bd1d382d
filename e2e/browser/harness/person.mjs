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
    await person.signsUpHere();
    return person;
  }

  /** Somebody who has no account yet, on the sign-in page. */
  static async arrives({ browser, system }, name, email) {
    people += 1;
    const person = new Person(browser, system, { name, email: email ?? `person-${people}-${process.pid}@example.org` });
    await person.#opensABrowser();
    await person.goes("/login");
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

  /** On the page for it. */
  async signsUpHere() {
    await this.the("name").fill(this.name);
    await this.the("email").fill(this.email);
    await this.the("password").fill(PASSWORD);
    await this.the("submit").click();
    await this.isAt("/");
  }

  async signsIn(password = PASSWORD) {
    await this.the("email").fill(this.email);
    await this.the("password").fill(password);
    await this.the("submit").click();
  }

  async signsOut() {
    await this.goes("/");
    await this.the("user-menu").click();
    await this.the("sign-out").click();
    await this.isAt("/login");
  }

  /** From the sign-in page, by a provider where they have not been yet. */
  async signsInByProvider() {
    await this.the("provider-example").click();
    await this.showsThemselves();
  }

  /** At the provider: who they are, and that Atelier may know it. */
  async showsThemselves() {
    await this.page.locator("input[name=login]").waitFor();
    // The provider's own page asks the network for a font, and has no icon.
    this.watch.expects(/fonts\.googleapis\.com|favicon\.ico/);
    this.watch.visits(new URL(this.page.url()).origin, "https://fonts.googleapis.com");
    await this.page.locator("input[name=login]").fill(this.email);
    await this.page.locator("input[name=password]").fill("anything");
    await this.page.locator("button[type=submit]").click();
    await this.page.locator("input[name=login]").waitFor({ state: "detached" });
    await this.page.locator("button[type=submit]").click();
  }

  /** The newest mail to them with this subject; the installation keeps what it does not send. */
  async mail(subject) {
    return this.until(`a mail "${subject}"`, async () => {
      const response = await fetch(`${this.system.operations}/outbox.json?to=${encodeURIComponent(this.email)}`);
      return (await response.json()).find((mail) => mail.subject.startsWith(subject));
    });
  }

  async linkIn(subject) {
    const { text } = await this.mail(subject);
    return /^https?:\S+$/m.exec(text)[0];
  }

  async goes(path) {
    await this.page.goto(path);
  }

  async isAt(path) {
    await this.page.waitForURL((url) => (path instanceof RegExp ? path.test(url.pathname + url.search) : url.pathname + url.search === path));
  }

  /** As if another tab were in front of this one: a Chromium without a window shows all of its pages. */
  async looksElsewhere(hidden = true) {
    await this.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  }

  async looksAgain() {
    await this.looksElsewhere(false);
  }

  /** By its button: a dialog hears the Escape key a moment after it can be seen. */
  async closesTheDialog() {
    await this.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await this.page.getByRole("dialog").waitFor({ state: "detached" });
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

  /** Nothing went wrong behind the story's back, nothing was asked of the internet, and no secret was ever part of an address. */
  async leaves() {
    for (const device of this.devices) await device.leaves();
    // A provider that was played along with keeps its own, whose names begin with an underscore, in its own addresses.
    const ours = (await this.context.cookies()).filter((cookie) => !cookie.name.startsWith("_"));
    const secrets = ours.map((cookie) => cookie.value).filter((value) => value.length > 8);
    await this.context.close();
    assert.deepEqual(this.watch.complaints(), []);
    assert.deepEqual(this.watch.strangers(new URL(this.system.url).origin), []);
    const leaked = this.watch.urls.filter((url) => secrets.some((secret) => url.includes(secret)) || /token|password|bearer/i.test(new URL(url).search));
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
