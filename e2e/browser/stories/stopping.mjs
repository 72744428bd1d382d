import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const BEGINNING = "Here is a page of its own.\n\n```tsx file=\"src/App.tsx\"\nexport default function App() {\n  return <h1>The page";
const END = " is whole</h1>;\n}\n```\n";

/** Told to a model that says the end of an answer only when it is let: nothing is over before the story wants it to be. */
export function stopping(stage) {
  story("a running answer stops when told, and what was written is kept", stage, async (signsUp) => {
    stage.model.whenAsked("A page about mountains", BEGINNING, END);
    const ada = await signsUp();
    await ada.starts("A page about mountains");
    await ada.answer(0).getByTestId("file-chip").waitFor();
    await ada.the("stop").click();
    await ada.answerIs(0, "cancelled");
    await ada.answer(0).getByText("What was written so far is kept").waitFor();
    await ada.the("stop").waitFor({ state: "detached" });
    await ada.answer(0).getByText("Here is a page of its own").waitFor();
    await ada.page.reload();
    await ada.answerIs(0, "cancelled");
    await ada.answer(0).getByText("Here is a page of its own").waitFor();
  });

  story("another device can stop it too", stage, async (signsUp) => {
    stage.model.whenAsked("A page about glaciers", BEGINNING, END);
    const ada = await signsUp();
    await ada.starts("A page about glaciers");
    const phone = await ada.onAnotherDevice();
    await phone.goes(ada.page.url());
    await phone.the("stop").click();
    await phone.answerIs(0, "cancelled");
    await ada.answerIs(0, "cancelled");
  });

  story("prompts wait for their turn and can be taken back", stage, async (signsUp) => {
    const first = stage.model.whenAsked("A page about forests", BEGINNING, END);
    const second = stage.model.whenAsked("Make it dark", BEGINNING.replace("The page", "The dark page"), END);
    const ada = await signsUp();
    await ada.starts("A page about forests");
    await ada.answerIs(0, "streaming");
    await ada.asks("Make it dark");
    await ada.asks("Add a footer");
    await ada.answerIs(1, "queued");
    await ada.answerIs(2, "queued");
    const waiting = ada.the("queue").getByRole("listitem");
    await ada.until("two prompts wait", async () => (await waiting.count()) === 2);
    await waiting.nth(0).getByText("Make it dark").waitFor();
    await waiting.nth(1).getByText("Add a footer").waitFor();
    await waiting.nth(1).getByRole("button").click();
    await ada.answerIs(2, "cancelled");
    assert.equal(await ada.statusOf(1), "queued");
    first.goesOn();
    await ada.answerIs(0, "completed");
    await ada.answerIs(1, "streaming");
    await ada.the("queue").waitFor({ state: "detached" });
    second.goesOn();
    await ada.answerIs(1, "completed");
    await ada.previewShows(2);
    await ada.seesInPreview("The dark page is whole");
  });
}
