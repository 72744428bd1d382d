import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

export function firstPrompt(stage) {
  story("a prompt becomes an answer that arrives bit by bit and comes alive", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.sees("No projects yet");
    await ada.the("demo-badge").waitFor();
    assert.equal(await ada.the("model-picker").count(), 0, "of one model there is no choice");
    await ada.startsEmpty("Rivers");
    await ada.isLive();
    await ada.page.evaluate(watchGrowth);
    await ada.asks("A page about rivers");
    await ada.answer(0).locator("[data-testid=file-chip][data-path='src/App.tsx']").waitFor();
    await ada.the("tab-code").click();
    await ada.answerIs(0, "completed");
    const seen = await ada.page.evaluate(() => window.growth);
    assert.ok(seen.reasoning.length > 0 && seen.explanation.length > 0, "reasoning and explanation came while the answer ran");
    assert.ok(seen.code.length >= 10, `the code was seen at ${seen.code.length} lengths while it was written`);

    await ada.answer(0).locator("[data-testid=version-chip][data-number='1']").waitFor();
    await ada.the("tab-preview").click();
    await ada.previewShows(1);
    await ada.seesInPreview("rivers");
  });

  story("a second prompt refines what is there", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.starts("A page about rivers");
    await ada.answerIs(0, "completed");
    await ada.previewShows(1);

    await ada.asks("Change the heading to “Quiet water”");
    await ada.answerIs(1, "completed");
    await ada.answer(1).locator("[data-testid=version-chip][data-number='2']").waitFor();
    await ada.previewShows(2);
    await ada.seesInPreview("Quiet water");
    await ada.answer(1).getByTestId("file-chip").getByText("edited").waitFor();
  });
}

/** In the page: notes every length at which a part of a running answer was seen. */
function watchGrowth() {
  window.growth = { reasoning: [], explanation: [], code: [] };
  const places = { reasoning: "[data-testid=reasoning] p", explanation: "[data-testid=message-assistant] > div p", code: ".cm-content" };
  new MutationObserver(() => {
    if (!document.querySelector("[data-testid=generation-status][data-status=streaming]")) return;
    for (const [part, place] of Object.entries(places)) {
      const length = document.querySelector(place)?.textContent.length;
      if (length && window.growth[part].at(-1) !== length) window.growth[part].push(length);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
