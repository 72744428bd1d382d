import { after, before, describe } from "node:test";
import { story } from "../harness/story.mjs";
import { System } from "../harness/system.mjs";

/** What the demo can build, by the words that ask for it. */
const prompts = [
  "a pricing page",
  "a sign-in form",
  "a kanban board",
  "a to-do list",
  "a calculator",
  "a pomodoro timer",
  "a chat",
  "an analytics dashboard",
  "a settings page",
  "a product grid for a shop",
  "a table of employees",
  "a landing page",
];

/** On an installation whose model does not take its time. */
export function families(stage) {
  describe("the catalogue", () => {
    const quick = {};
    before(async () => {
      quick.browser = stage.browser;
      quick.system = await System.start({ pace: 0 });
    });
    after(() => quick.system?.stop());

    story("every kind of component that the demo knows comes alive", quick, async (signsUp) => {
      const ada = await signsUp();
      await ada.startsEmpty("A catalogue");
      for (const [number, prompt] of prompts.entries()) {
        await ada.asks(prompt);
        await ada.answerIs(number, "completed");
        await ada.previewShows(number + 1);
        await ada.until(`${prompt} has something to read`, async () => (await ada.preview.locator("body").innerText()).trim().length > 20);
      }
    });
  });
}
