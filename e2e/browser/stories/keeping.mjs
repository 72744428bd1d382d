import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const PROMPT = "A page about lighthouses";

/** Nothing is lost, whatever happens to the page. */
export function keeping(stage) {
  story("a reload in the middle loses nothing", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.starts(PROMPT);
    await ada.answer(0).getByTestId("file-chip").waitFor();
    await ada.page.reload();
    assert.equal(await ada.statusOf(0), "streaming");
    await ada.answerIs(0, "completed");
    await isWhole(ada);

    await ada.page.reload();
    await ada.answer(0).locator("[data-testid=file-chip][data-path='src/App.tsx']").getByText("created").waitFor();
    await ada.answer(0).getByTestId("usage").waitFor();
  });

  story("a place in the stream that is gone costs nothing", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/ERR_INTERNET_DISCONNECTED/);
    await ada.starts(PROMPT);
    await ada.answer(0).getByTestId("file-chip").waitFor();
    // As after a restore of Kafka: the cursor that the page has seen belongs to another time.
    let forgotten = 0;
    await ada.page.route(/\/events\?from=v1\./, (route) => {
      forgotten += 1;
      return route.continue({ url: route.request().url().replace(/from=v1\.[^.&]+/, "from=v1.00000000") });
    });
    await ada.context.setOffline(true);
    await ada.connectionIs("offline");
    await ada.context.setOffline(false);
    await ada.answerIs(0, "completed");
    assert.ok(forgotten > 0, "the page came back with a cursor");
    await isWhole(ada);
  });

  story("a lost connection is found again and nothing is missing", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/ERR_INTERNET_DISCONNECTED/);
    await ada.starts(PROMPT);
    await ada.answer(0).getByTestId("file-chip").waitFor();
    await ada.context.setOffline(true);
    await ada.connectionIs("offline");
    await ada.context.setOffline(false);
    await ada.isLive();
    await ada.answerIs(0, "completed");
    await isWhole(ada);
    await ada.previewShows(1);
    await ada.seesInPreview("lighthouses");
  });

  story("two devices see the same answer", stage, async (signsUp) => {
    const ada = await signsUp();
    const phone = await ada.onAnotherDevice();
    await ada.starts(PROMPT);
    await phone.goes(pathOf(ada));
    await phone.answer(0).getByTestId("file-chip").waitFor();
    assert.equal(await ada.statusOf(0), "streaming", "the second device came while the answer ran");

    await ada.answerIs(0, "completed");
    await phone.answerIs(0, "completed");
    await ada.until("both show the same", async () => (await phone.textOf(0)) === (await ada.textOf(0)));
    await phone.previewShows(1);
    await phone.seesInPreview("lighthouses");
  });

  story("what one device does, another sees at once", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsEmpty("Shared");
    const phone = await ada.onAnotherDevice();
    await phone.goes(pathOf(ada));
    await phone.sees("What shall it be?");
    await phone.isLive();

    await ada.brings("export default () => <h1>First</h1>;");
    await phone.previewShows(1);
    await phone.seesInPreview("First");
    await ada.calls("PATCH", `sessions/${ada.session}`, { title: "A better name" });
    await phone.the("session-menu").getByText("A better name").waitFor();
    await ada.asks("a note");
    await phone.answerIs(0, "completed");
    await phone.previewShows(2);

    await ada.calls("DELETE", `sessions/${ada.session}`);
    await phone.sees("This session was deleted");
    await ada.sees("This session was deleted");
  });
}

const pathOf = (person) => new URL(person.page.url()).pathname + new URL(person.page.url()).search;

/** The page shows exactly the prose that the server has stored. */
async function isWhole(person) {
  // The stream tells of the end a moment before the read model does.
  const stored = await person.until("the answer is stored", async () => (await person.messages()).find((message) => message.role === "assistant"));
  const squeezed = (text) => text.replaceAll(/\s+/g, " ").trim();
  const paragraphs = stored.content.split(/\n+/).map(squeezed).filter(Boolean);
  // A page that came too late for a beginning reads it again.
  const shown = await person.until("every paragraph is shown", async () => {
    const text = squeezed(await person.textOf(0));
    return paragraphs.every((paragraph) => text.includes(paragraph)) && text;
  });
  assert.equal(shown.split(paragraphs[0]).length, 2, "said once");
  const version = await person.calls("GET", `sessions/${person.session}/versions/1`);
  await person.the("tab-code").click();
  await person.until("the editor shows the stored file", async () => {
    const first = version.files.find((file) => file.path === "src/App.tsx").content.split("\n")[0];
    return (await person.page.locator(".cm-content").innerText()).startsWith(first);
  });
  await person.the("tab-preview").click();
}
