import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const firstHalf = (start, heading) => `${start}\n\n\`\`\`tsx file="src/App.tsx"\nexport default function App() {\n  return <h1>${heading}</h1>;\n}\n\`\`\`\n\nAnd a second one.\n\n\`\`\`tsx file="src/Other.tsx"\nexport const other`;
const SECOND_HALF = " = 1;\n```\n\nThat is all.\n";
const FIRST_HALF = firstHalf("Two files, then.", "Already here");

/** Told to an Atelier in three processes, of which one dies in the middle of an answer. */
export function surviving(stage) {
  story("an answer goes on through the death of what the browser talks to", stage, async (signsUp) => {
    const { system } = stage;
    const answer = stage.model.whenAsked("A page about tides", FIRST_HALF, " = 1;\n```\n\nNobody hears this.\n", "\nThat is all.\n");
    const ada = await signsUp();
    await isInTheMiddle(ada, "A page about tides");
    await losesTheFront(ada, system);
    answer.goesOn();
    await system.replaces(system.front);

    await ada.answer(0).getByText("Nobody hears this.").waitFor();
    await ada.isLive();
    assert.equal(await ada.statusOf(0), "streaming");
    answer.goesOn();
    await isWhole(ada, "Two files, then.", "Already here");
    assert.equal((await ada.textOf(0)).split("Nobody hears this.").length, 2);
    assert.equal(answer.asked, 1);
  });

  story("an answer that ends while nothing talks to the browser is whole too", stage, async (signsUp) => {
    const { system } = stage;
    const answer = stage.model.whenAsked("A page about ebb", FIRST_HALF, SECOND_HALF);
    const ada = await signsUp();
    await isInTheMiddle(ada, "A page about ebb");
    await losesTheFront(ada, system);
    answer.goesOn();
    await ada.until("the model has said all", () => answer.listeners === 0);
    assert.equal(await ada.statusOf(0), "streaming", "the page was not told");
    await system.replaces(system.front);

    await isWhole(ada, "Two files, then.", "Already here");
    assert.equal(answer.asked, 1);
  });

  story("an answer survives the death of its worker, and is the second attempt's alone", stage, async (signsUp) => {
    const { system } = stage;
    const answer = stage.model.whenAsked("A page about moons", FIRST_HALF, SECOND_HALF);
    const ada = await signsUp();
    await isInTheMiddle(ada, "A page about moons");

    await system.loses(system.worker);
    // Until then the dead worker's connection could be told the rest.
    await ada.until("the model sees that nobody listens", () => answer.listeners === 0);
    // A model seldom says the same twice.
    const again = stage.model.whenAsked("A page about moons", firstHalf("Once more, then.", "Here again"), SECOND_HALF);
    again.goesOn();
    await system.replaces(system.worker);

    await isWhole(ada, "Once more, then.", "Here again");
    assert.doesNotMatch(await ada.textOf(0), /Two files/);
    assert.deepEqual([answer.asked, again.asked], [1, 1]);
  });
}

/** Asks, and has seen the first half of the answer. */
async function isInTheMiddle(person, prompt) {
  await person.starts(prompt);
  await person.answer(0).getByText("And a second one.").waitFor();
  await person.seesInPreview("Already here");
  assert.equal(await person.statusOf(0), "streaming");
  await person.page.evaluate(watchRepetition, "And a second one.");
}

/** The page knows, and its own requests find nobody for a while. */
async function losesTheFront(person, system) {
  person.watch.expects(/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/);
  await system.loses(system.front);
  await person.connectionIs("reconnecting");
}

/** The page shows the whole answer once, as the server has stored it, a live preview, and nothing of what happened. */
async function isWhole(person, start, heading) {
  await person.answerIs(0, "completed");
  await person.isLive();
  await person.previewShows(1);
  await person.seesInPreview(heading);
  const once = (text) => [start, "And a second one.", "That is all."].map((said) => text.split(said).length - 1);
  assert.deepEqual(once(await person.textOf(0)), [1, 1, 1], "on the page");
  assert.equal(await person.answer(0).getByTestId("file-chip").count(), 2);
  assert.equal(await person.the("message-assistant").count(), 1);
  const stored = (await person.messages()).filter((message) => message.role === "assistant");
  assert.deepEqual(stored.map(({ status, content }) => [status, once(content)]), [["completed", [1, 1, 1]]], "in the store");
  await person.seesNoError();
  assert.equal(await person.page.evaluate(() => window.mostAtOnce), 1, "never twice, not even for a moment, and without a reload");
}

/** In the page: notes how often it said this at once. A page that is loaded again knows nothing of it. */
function watchRepetition(said) {
  const look = () => {
    const times = document.querySelector("[data-testid=message-assistant]").textContent.split(said).length - 1;
    window.mostAtOnce = Math.max(window.mostAtOnce ?? 0, times);
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}
