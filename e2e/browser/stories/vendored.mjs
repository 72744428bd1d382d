import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { story } from "../harness/story.mjs";

const file = (name) => `\`\`\`tsx file="src/${name}"\n${readFileSync(new URL(`../fixtures/vendored/${name}`, import.meta.url), "utf8")}\`\`\`\n\n`;

/** Where its links lead, and where one of its pictures lies. */
const places = /\/(rivers|lakes|old|new|nowhere|more)(\?|$)|pictures\.example/;

/** Told to a model that imports whatever the preview brings along. */
export function vendored(stage) {
  story("whatever a model may import is there, works, and asks nothing of any network", stage, async (signsUp) => {
    stage.model.whenAsked("A page of everything", `Here.\n\n${file("App.tsx")}${file("Parts.tsx")}`).goesOn();
    const ada = await signsUp();
    await ada.starts("A page of everything");
    await ada.answerIs(0, "completed");
    await ada.previewShows(1);
    await ada.seesInPreview("All here");

    await fillsIn(ada);
    await opensEverything(ada);
    await goesPlaces(ada);
    assert.equal(await ada.the("preview-error").count(), 0);
    await staysOnItsOnlyPage(ada);
    assert.deepEqual(ada.watch.urls.filter((url) => places.test(url)), []);
  });
}

async function fillsIn(ada) {
  const { preview } = ada;
  await button(ada, "Join").click();
  await preview.getByText("A name, please").waitFor();
  await preview.getByLabel("Name").fill("Ada");
  await button(ada, "Join").click();
  await preview.getByText("Hello Ada").waitFor();
  await preview.getByLabel("Code").fill("12x34");
  await says(ada, "Typed", "");
  await preview.getByLabel("Code").pressSequentially("1234");
  await says(ada, "Typed", "1234");
  await says(ada, "Day", "Monday, 5 January 2026");
  await button(ada, /January 20th/).first().click();
  await says(ada, "Day", "Tuesday, 20 January 2026");
  await button(ada, "Theme light").click();
  await preview.locator("html.dark").waitFor();
}

async function opensEverything(ada) {
  const { preview } = ada;
  await button(ada, "Open the drawer").click();
  await preview.getByText("Inside the drawer").waitFor();
  await preview.getByText("Inside the drawer").press("Escape");
  await preview.getByText("Inside the drawer").waitFor({ state: "detached" });
  await button(ada, "Next slide").click();
  await ada.until("the second slide is in sight", () => preview.getByText("Second slide").evaluate((slide) => slide.getBoundingClientRect().left < slide.closest("[aria-roledescription=carousel]").getBoundingClientRect().right - 20));
  await preview.getByText("File").click();
  await preview.getByText("Share").hover();
  await preview.getByText("By mail").waitFor();
  await preview.getByText("Save it").click();
  await preview.getByText("Click me on the right").click({ button: "right" });
  await preview.getByText("Copy it").click();
  await preview.getByText("Who is it?").hover();
  await preview.getByText("It is Ada").waitFor();
  await button(ada, "Unfold").click();
  await preview.getByText("Unfolded").waitFor();
  await preview.getByText("Right", { exact: true }).click();
  await preview.locator("[data-state=on]").getByText("Right").waitFor();
  await preview.getByText("Rainfall").waitFor();
  const share = await preview.getByTestId("quarter").evaluate((panel) => panel.getBoundingClientRect().width / panel.parentElement.getBoundingClientRect().width);
  assert.ok(Math.abs(share - 0.25) < 0.02, `a quarter is ${share}`);
}

async function goesPlaces(ada) {
  const { preview } = ada;
  await preview.getByRole("img", { name: "A river" }).waitFor();
  assert.ok(await preview.getByAltText("A dot").evaluate((image) => image.complete && image.naturalWidth === 4));
  await says(ada, "Place", "/ -");
  await preview.getByRole("link", { name: "Rivers" }).click();
  await says(ada, "Place", "/rivers yes");
  await preview.getByRole("link", { name: "Lakes" }).click();
  await says(ada, "Place", "/lakes -");
  await button(ada, "Back").click();
  await says(ada, "Place", "/rivers yes");
  await button(ada, "Old").click();
  await says(ada, "Place", "/new -");
  await button(ada, "Nowhere").click();
  await preview.getByText("This page could not be found").waitFor();
}

/** Where no component looks at the place, a link only says where it would lead; and who is always sent on ends somewhere. */
async function staysOnItsOnlyPage(ada) {
  await ada.brings('import Link from "next/link";\nexport default () => <Link href="/rivers">Only a link</Link>;', 1);
  await ada.previewShows(2);
  await ada.preview.getByRole("link", { name: "Only a link" }).click();
  await ada.sees("A link to /rivers");
  await ada.brings('import { redirect } from "next/navigation";\nexport default function App() {\n  redirect("/round");\n}', 2);
  await ada.previewShows(3);
  await ada.seesInPreview("This page could not be found");
}

const button = (ada, name) => ada.preview.getByRole("button", { name, exact: true });

async function says(ada, label, text) {
  await ada.until(`${label} says ${text}`, async () => (await ada.preview.getByLabel(label, { exact: true }).first().textContent()) === text);
}
