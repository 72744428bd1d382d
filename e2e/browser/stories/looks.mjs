import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const component = "export default () => <p>Small and large</p>;";

export function looks(stage) {
  story("dark stays dark", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.the("theme-toggle").click();
    const isDark = () => ada.page.evaluate(() => document.documentElement.classList.contains("dark"));
    assert.equal(await isDark(), true);
    await ada.page.reload();
    assert.equal(await isDark(), true);
    await ada.startsWith(component);
    await ada.previewShows(1);
    await ada.preview.locator("html.dark").waitFor({ state: "attached" });
  });

  story("light and dark are the system's until somebody chooses", stage, async (_, arrives) => {
    const ada = await arrives("Ada Lovelace");
    const isDark = () => ada.page.evaluate(() => document.documentElement.classList.contains("dark"));
    const systemIs = async (colorScheme) => {
      await ada.page.emulateMedia({ colorScheme });
      await ada.until(`the page is ${colorScheme}`, async () => (await isDark()) === (colorScheme === "dark"));
    };
    await systemIs("dark");
    await systemIs("light");
    await systemIs("dark");
    await ada.goes("/login");
    assert.equal(await isDark(), true, "from the first paint");

    await ada.goes("/login?mode=sign-up");
    await ada.signsUpHere();
    await ada.startsWith(component);
    await ada.previewShows(1);
    assert.equal(await isDark(), true);
    await ada.preview.locator("html.dark").waitFor({ state: "attached" });
    await systemIs("light");
    await ada.preview.locator("html:not(.dark)").waitFor({ state: "attached" });
    await ada.the("theme-toggle").click();
    await ada.page.emulateMedia({ colorScheme: "dark" });
    await ada.page.emulateMedia({ colorScheme: "light" });
    assert.equal(await isDark(), true, "the choice stays");
  });

  story("a narrow screen shows chat or preview", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsWith(component);
    await ada.page.setViewportSize({ width: 390, height: 800 });
    await ada.the("pane-chat").waitFor();
    await ada.the("prompt").waitFor();
    assert.equal(await ada.the("preview-frame").isVisible(), false);
    await ada.the("pane-workbench").click();
    await ada.previewShows(1);
    await ada.seesInPreview("Small and large");
    assert.equal(await ada.the("prompt").isVisible(), false);
    const sideways = await ada.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(sideways, false, "nothing sticks out");
    await ada.goes("/");
    await ada.the("project-card").waitFor();
    assert.equal(await ada.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  });

  story("everything can be done with the keyboard", stage, async (signsUp) => {
    const ada = await signsUp();
    const keys = ada.page.keyboard;
    await ada.the("prompt").waitFor();
    await tabsTo(ada, "prompt");
    await keys.type("A note about tides");
    await keys.press("Enter");
    await ada.isAt(/^\/w\?p=.+&c=/);
    await ada.answerIs(0, "streaming");

    await keys.press("Shift+Escape");
    await ada.page.locator("#composer:focus").waitFor();
    await keys.press("Escape");
    await ada.answerIs(0, "cancelled");
    await keys.type("One line");
    await keys.press("Shift+Enter");
    await keys.type("and another");
    assert.equal(await ada.the("prompt").inputValue(), "One line\nand another");
    await keys.press("Enter");
    await ada.answerIs(1, "streaming");

    await keys.press("Control+K");
    await ada.page.getByPlaceholder("What do you want to do?").waitFor();
    await keys.type("Stop the");
    await chosen(ada, "Stop the");
    await keys.press("Enter");
    await ada.answerIs(1, "cancelled");
    await keys.press("Alt+3");
    await ada.page.locator("[data-testid=tab-versions][data-state=active]").waitFor();
    await keys.press("Control+K");
    await ada.page.getByPlaceholder("What do you want to do?").waitFor();
    await keys.type("Go to projects");
    await chosen(ada, "Go to projects");
    await keys.press("Enter");
    await ada.isAt("/");
  });

  story("who comes by keyboard goes straight to the composer or the preview, and back", stage, async (signsUp) => {
    const ada = await signsUp();
    const keys = ada.page.keyboard;
    await ada.startsWith("export default () => <button>Inside</button>;");
    await ada.previewShows(1);
    await ada.page.reload();
    await ada.previewShows(1);
    await keys.press("Tab");
    await ada.page.getByRole("link", { name: "Skip to the composer" }).and(ada.page.locator(":focus")).waitFor();
    await keys.press("Enter");
    await ada.page.locator("#composer:focus").waitFor();
    await ada.page.getByRole("link", { name: "Skip to the preview" }).focus();
    await keys.press("Enter");
    await ada.until("the frame has the focus", () => ada.page.evaluate(() => document.activeElement?.getAttribute("data-testid") === "preview-frame"));
    await keys.press("Tab");
    await ada.preview.locator("button:focus").waitFor();
    await keys.press("Escape");
    await ada.page.locator("#composer:focus").waitFor();
  });

  story("the help names every key, and what it names works", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.startsWith(component);
    await ada.previewShows(1);
    await ada.page.keyboard.press("Alt+2");
    await ada.the("editor").waitFor();
    await ada.page.keyboard.press("Control+/");
    for (const name of ["Copy the file in the editor", "Ask again after a failure", "Older version", "New session"]) await ada.page.getByRole("dialog").getByText(name).waitFor();
    await ada.closesTheDialog();
    await ada.page.keyboard.press("Control+Shift+C");
    await ada.sees("src/App.tsx copied");
    assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), component);
  });
}

/** The menu has caught up with what was typed. */
async function chosen(person, text) {
  await person.page.locator("[cmdk-item][aria-selected=true]", { hasText: text }).waitFor();
}

async function tabsTo(person, id) {
  for (let presses = 0; presses < 30; presses++) {
    if (await person.page.evaluate((id) => document.activeElement?.getAttribute("data-testid") === id, id)) return;
    await person.page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${id}`);
}
