/** The workspace as a person uses it: the chat on the left, the preview on the right. */
export class Workspace {
  get session() {
    return new URL(this.page.url()).searchParams.get("c");
  }

  get preview() {
    return this.page.frameLocator("[data-testid=preview-frame]");
  }

  /** Begins a project with a prompt, on the list of projects. */
  async starts(prompt) {
    await this.the("prompt").fill(prompt);
    await this.the("send").click();
    await this.isAt(/^\/w\?p=.+&c=/);
  }

  /** An empty project with a first session. */
  async startsEmpty(name = "A project") {
    await this.the("new-project").click();
    await this.the("project-name").fill(name);
    await this.the("create-project").click();
    await this.isAt(/^\/w\?p=.+&c=/);
    await this.sees("What shall it be?");
  }

  /** An empty project whose only component is this one. */
  async startsWith(component, name) {
    await this.startsEmpty(name);
    await this.brings(component);
  }

  /** A new version of `src/App.tsx`, through the API. */
  async brings(component, base = 0) {
    return this.calls("POST", `sessions/${this.session}/imports`, { base_version: base, files: [{ path: "src/App.tsx", content: component }] });
  }

  /** Waits until the session's stream is open. */
  async isLive() {
    await this.connectionIs("live");
  }

  async connectionIs(state) {
    await this.page.locator(`[data-testid=connection-state][data-state=${state}]`).waitFor({ state: "attached" });
  }

  /** The addresses of the event streams that were opened. */
  streams() {
    return this.watch.urls.filter((url) => new URL(url).pathname.endsWith("/events"));
  }

  async asks(prompt) {
    await this.the("prompt").fill(prompt);
    await this.the("send").click();
  }

  answer(number) {
    return this.the("message-assistant").nth(number);
  }

  /** Waits until answer 0, 1, … is streaming, completed, cancelled, failed or queued. */
  async answerIs(number, status) {
    await this.answer(number).locator(`[data-testid=generation-status][data-status=${status}]`).waitFor({ state: "attached" });
  }

  async statusOf(number) {
    return this.answer(number).getByTestId("generation-status").getAttribute("data-status");
  }

  /** Waits until the preview shows this version, drawn and without an error. */
  async previewShows(version) {
    await this.page.locator(`[data-testid=preview-pane][data-preview-state=rendered][data-version="${version}"]`).waitFor({ state: "attached" });
  }

  async seesInPreview(text) {
    await this.preview.getByText(text).first().waitFor();
  }

  async textOf(number) {
    return (await this.answer(number).innerText()).trim();
  }

  /** Waits until no error is on the screen, of the answers, the preview or anything else. */
  async seesNoError() {
    const errors = this.page.locator("[role=alert]:not(:empty), [data-sonner-toast][data-type=error], [data-testid=retry]");
    await this.until("no error is on the screen", async () => (await errors.filter({ visible: true }).count()) === 0);
  }

  /** What the server has stored of this session. */
  async messages() {
    return (await this.calls("GET", `sessions/${this.session}/messages`)).items;
  }
}
