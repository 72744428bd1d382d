import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Listener } from "../harness/listener.mjs";
import { story } from "../harness/story.mjs";

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}.tsx`, import.meta.url), "utf8");
const hostile = fixture("hostile");
const endless = fixture("endless");
const leaving = fixture("leaving");
const submitting = fixture("submitting");

export function sandbox(stage) {
  story("a hostile component reaches nothing", stage, async (signsUp) => {
    const listener = await Listener.open();
    try {
      const ada = await signsUp();
      // Refused inside the frame: that is what is wanted.
      ada.watch.expects(/Content Security Policy|sandbox|Permissions policy|about:srcdoc|blob:|frame|cross-origin/i);
      ada.watch.expects(new RegExp(`${listener.address}`));
      await ada.startsWith(hostile.replaceAll("LISTENER", listener.address));
      await ada.preview.getByText("all tried").waitFor();
      const outcome = await ada.preview.locator("[data-attempt]").evaluateAll((rows) => rows.map((row) => row.textContent));
      assert.deepEqual(outcome.filter((row) => !row.endsWith(": refused")), []);
      assert.equal(outcome.length, hostile.match(/^ {2}\["/gm).length, "all attempts");
      assert.deepEqual(listener.heard, []);
      await ada.isAt(/^\/w\?/);
    } finally {
      await listener.close();
    }
  });

  story("a component cannot walk away with its frame", stage, async (signsUp) => {
    const listener = await Listener.open();
    try {
      const ada = await signsUp();
      ada.watch.expects(/Content Security Policy|frame/i);
      ada.watch.expects(new RegExp(`${listener.address}`));
      await ada.startsWith(leaving.replaceAll("LISTENER", listener.address));
      await ada.the("preview-error").waitFor();
      await ada.brings(submitting.replaceAll("LISTENER", listener.address), 1);
      await ada.the("preview-error").waitFor({ state: "detached" });
      await ada.the("preview-error").getByText("tried to leave").waitFor();
      assert.deepEqual(listener.heard, []);
      await ada.brings("export default () => <p>Home again</p>;", 2);
      await ada.previewShows(3);
      await ada.seesInPreview("Home again");
    } finally {
      await listener.close();
    }
  });

  story("an endless loop does not freeze the workspace", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsWith(endless);
    await ada.the("preview-error").getByText("An endless loop").waitFor();
    await ada.asks("A page about patience");
    await ada.answerIs(0, "streaming");
    await ada.answerIs(0, "completed");
    await ada.previewShows(2);
    await ada.seesInPreview("patience");
  });
}
