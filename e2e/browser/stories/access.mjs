import assert from "node:assert/strict";
import { barriers } from "../harness/axe.mjs";
import { story } from "../harness/story.mjs";

/** The screens, and how one comes to each. */
const screens = {
  "the sign-in": (ada) => ada.goes("/login").then(() => ada.the("submit").waitFor()),
  "the projects": (ada) => ada.goes("/").then(() => ada.the("project-card").first().waitFor()),
  "the profile": (ada) => ada.goes("/profile").then(() => ada.the("device").first().waitFor()),
  "the organisation": (ada) => ada.goes("/org/").then(() => ada.the("members").getByText(ada.email).waitFor()),
  "an empty workspace": (ada) => ada.goes(ada.empty).then(() => ada.sees("What shall it be?")),
  "a workspace with an answer": (ada) => ada.goes(ada.full).then(() => ada.previewShows(1)),
  "its code": (ada) => ada.the("tab-code").click().then(() => ada.the("editor").waitFor()),
  "its versions": (ada) => ada.the("tab-versions").click().then(() => ada.page.locator("[data-testid=diff] .cm-content").waitFor()),
};

export function access(stage) {
  story("nothing on any screen keeps anybody from using it, light or dark", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsEmpty("Empty");
    ada.empty = ada.page.url();
    await ada.goes("/");
    await ada.starts("A pricing page with three plans");
    await ada.answerIs(0, "completed");
    ada.full = ada.page.url();

    const found = [];
    // Colours that are on their way from one to another would be measured half-way.
    await ada.page.emulateMedia({ reducedMotion: "reduce" });
    const looksAt = async (names, how) => {
      for (const name of names) {
        await screens[name](ada);
        found.push(...(await barriers(ada.page)).map((barrier) => `${name}, ${how}: ${barrier}`));
      }
    };
    for (const colorScheme of ["light", "dark"]) {
      await ada.page.emulateMedia({ colorScheme });
      await looksAt(Object.keys(screens), colorScheme);
    }
    await ada.page.setViewportSize({ width: 390, height: 800 });
    await looksAt(["the projects", "an empty workspace", "a workspace with an answer"], "on a phone");
    assert.deepEqual(found, []);
  });
}
