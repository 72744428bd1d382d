import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { story } from "../harness/story.mjs";

const page = (text) => `export default function App() {\n  return <h1>${text}</h1>;\n}\n`;

export function versions(stage) {
  story("an older version comes back as a new one", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsWith(page("The first"));
    await ada.previewShows(1);
    await ada.seesInPreview("The first");
    await ada.brings(page("The second"), 1);
    await ada.previewShows(2);
    await ada.seesInPreview("The second");

    await ada.the("tab-versions").click();
    await ada.page.locator("[data-testid=version-item][data-number='1']").getByTestId("restore").click();
    await ada.page.locator("[data-testid=version-item][data-number='3']").getByText("Restored from version 1").waitFor();
    await ada.the("tab-preview").click();
    await ada.previewShows(3);
    await ada.seesInPreview("The first");
  });

  story("an edit of one's own becomes a version, and an old one can be looked at", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsWith(page("Before"));
    await ada.previewShows(1);
    await ada.the("tab-code").click();
    await ada.page.locator(".cm-content").click();
    await ada.page.keyboard.press("Control+A");
    await ada.page.keyboard.insertText(page("After"));
    await ada.page.keyboard.press("Control+S");
    await ada.sees("Saved as version 2");
    await ada.the("tab-preview").click();
    await ada.previewShows(2);
    await ada.seesInPreview("After");

    await ada.page.keyboard.press("Alt+BracketLeft");
    await ada.the("read-only").waitFor();
    await ada.previewShows(1);
    await ada.seesInPreview("Before");
  });

  story("the files can be taken home as a zip", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsWith(page("Take me"), "My page");
    const waits = ada.page.waitForEvent("download");
    await ada.the("download-zip").click();
    const bytes = readFileSync(await (await waits).path());
    assert.equal(bytes.subarray(0, 2).toString(), "PK");
    assert.ok(bytes.includes("my-page-v1/src/App.tsx"));
  });
}
