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
