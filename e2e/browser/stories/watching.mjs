import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const FIRST_FILE = "Two files, then.\n\n```tsx file=\"src/App.tsx\"\nexport default function App() {\n  return <h1>Already here</h1>;\n}\n```\n\nAnd a second one.\n\n```tsx file=\"src/Other.tsx\"\nexport const other";
const SECOND_FILE = " = 1;\n```\n\nThat is all.\n";

/** Told to a model that says the end of an answer only when it is let: what is seen meanwhile is seen while it is written. */
export function watching(stage) {
  story("the preview lives while the answer is still being written, and no model is called a demo", stage, async (signsUp) => {
    const answer = stage.model.whenAsked("A page in two files", FIRST_FILE, SECOND_FILE);
    const ada = await signsUp();
    await ada.starts("A page in two files");
    await ada.seesInPreview("Already here");
    assert.equal(await ada.statusOf(0), "streaming");
    assert.equal(await ada.the("version-chip").count(), 0, "there is no version yet");
    assert.equal(await ada.the("demo-badge").count(), 0);
    answer.goesOn();
    await ada.answerIs(0, "completed");
    await ada.previewShows(1);
    await ada.seesInPreview("Already here");
  });

  story("an answer that failed is asked for again by key", stage, async (signsUp) => {
    const ada = await signsUp();
    stage.model.whenAsked("A page at the second attempt", FIRST_FILE, SECOND_FILE).breaksOff();
    await ada.starts("A page at the second attempt");
    await ada.answerIs(0, "failed");
    await ada.the("retry").waitFor();
    stage.model.whenAsked("A page at the second attempt", FIRST_FILE, SECOND_FILE).goesOn();
    await ada.page.keyboard.press("Control+Shift+Enter");
    await ada.answerIs(1, "completed");
    await ada.seesInPreview("Already here");
  });

  story("a page that nobody looks at lets its connection go, and misses nothing", stage, async (signsUp) => {
    const answer = stage.model.whenAsked("A page for later", FIRST_FILE, SECOND_FILE);
    const ada = await signsUp();
    await ada.starts("A page for later");
    await ada.answer(0).getByText("And a second one.").waitFor();
    await ada.looksElsewhere();
    await ada.connectionIs("paused");
    answer.goesOn();
    await ada.until("the answer is stored", async () => (await ada.messages()).some((message) => message.role === "assistant"));
    assert.equal(await ada.statusOf(0), "streaming", "the page was not told");
    const before = ada.streams().length;

    await ada.looksAgain();
    await ada.answerIs(0, "completed");
    await ada.isLive();
    assert.match(ada.streams()[before], /\/events\?from=v1\./, "it goes on where it was");
    assert.equal(ada.streams().length, before + 1);
    const text = await ada.textOf(0);
    for (const said of ["Two files, then.", "And a second one.", "That is all."]) assert.equal(text.split(said).length, 2, `“${said}” once`);
    await ada.previewShows(1);
  });
}
