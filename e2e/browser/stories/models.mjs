import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const answer = "Here it is.\n\n```tsx file=\"src/App.tsx\"\nexport default () => <h1>By whom it was made</h1>;\n```\n";

/** Told to a server of two models. */
export function models(stage) {
  story("who has a choice of models chooses one by keyboard, and it is remembered", stage, async (signsUp) => {
    const asked = ["By the usual one", "By somebody else", "By the same again"].map((prompt) => stage.model.whenAsked(prompt, answer));
    asked.forEach((one) => one.goesOn());
    const ada = await signsUp();
    await ada.the("model-picker").getByText("played").waitFor();
    await ada.starts("By the usual one");
    await ada.answerIs(0, "completed");
    assert.equal(asked[0].model, "played");

    await ada.page.keyboard.press("Control+Shift+M");
    await ada.page.locator("[role=option][data-highlighted]", { hasText: "played" }).waitFor();
    await ada.page.keyboard.press("ArrowDown");
    await ada.page.locator("[role=option][data-highlighted]", { hasText: "understudy" }).waitFor();
    await ada.page.keyboard.press("Enter");
    await ada.the("model-picker").getByText("understudy").waitFor();
    await ada.asks("By somebody else");
    await ada.answerIs(1, "completed");
    assert.equal(asked[1].model, "understudy");

    await ada.goes("/");
    await ada.the("model-picker").getByText("understudy").waitFor();
    await ada.starts("By the same again");
    await ada.answerIs(0, "completed");
    assert.equal(asked[2].model, "understudy");
  });
}
