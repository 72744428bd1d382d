import { story } from "../harness/story.mjs";

const BEGINNING = "Here is a page for two.\n\n```tsx file=\"src/App.tsx\"\nexport default function App() {\n  return <h1>The shared page";
const END = " is whole</h1>;\n}\n```\n";

/** Somebody of Ada's organisation, working in it. */
async function colleague(ada, signsUp, name) {
  const person = await signsUp(name);
  const { link } = await ada.calls("POST", "org/invites", { email: person.email, role: "member" });
  await person.goes(link);
  await person.the("join").click();
  await person.isAt("/");
  return person;
}

/** Told to a model that says the end of an answer only when it is let. */
export function sharing(stage) {
  story("two people see one answer come; the viewer cannot write, the editor can, and what is taken back is gone", stage, async (signsUp) => {
    const answer = stage.model.whenAsked("A page for two people", BEGINNING, END);
    const ada = await signsUp();
    const bob = await colleague(ada, signsUp, "Bob Babbage");
    bob.watch.expects(/status of (403|404)/);
    await ada.startsEmpty("For two");
    const address = ada.page.url();

    // By keyboard alone: the command menu, the dialog, the choice.
    await ada.page.keyboard.press("Control+K");
    await ada.page.keyboard.type("Share this");
    await ada.page.keyboard.press("Enter");
    await ada.the("share-dialog").waitFor();
    await ada.page.keyboard.type("Babbage");
    await ada.page.getByLabel("Access of Bob Babbage").focus();
    await ada.page.keyboard.press("Enter");
    const chosen = (name) => ada.page.locator("[role=option][data-highlighted]", { hasText: name }).waitFor();
    await chosen("No access");
    await ada.page.keyboard.press("ArrowDown");
    await chosen("Viewer");
    await ada.page.keyboard.press("Enter");
    await ada.page.getByLabel("Access of Bob Babbage").getByText("Viewer").waitFor();
    await ada.page.keyboard.press("Escape");
    await ada.the("share-dialog").waitFor({ state: "detached" });

    await bob.until("the project is on Bob's list", async () => {
      await bob.goes("/");
      return bob.page.getByText("For two").first().waitFor({ timeout: 2_000 }).then(() => true, () => false);
    });
    await bob.the("project-role").getByText("viewer").waitFor();
    await bob.goes(address);
    await bob.isLive();
    await bob.the("read-only").waitFor();
    await bob.the("prompt").waitFor({ state: "detached" });

    await ada.asks("A page for two people");
    await bob.answer(0).getByText("Here is a page for two.").waitFor();
    await bob.answerIs(0, "streaming");
    await bob.the("stop").waitFor({ state: "detached" });
    answer.goesOn();
    await bob.answerIs(0, "completed");
    await bob.previewShows(1);
    await bob.seesInPreview("The shared page is whole");

    await ada.the("share").click();
    await ada.page.getByLabel("Access of Bob Babbage").click();
    await ada.page.getByRole("option", { name: /Editor/ }).click();
    await ada.page.getByLabel("Access of Bob Babbage").getByText("Editor").waitFor();
    await bob.until("Bob may write", async () => {
      await bob.goes(address);
      return bob.the("prompt").waitFor({ timeout: 2_000 }).then(() => true, () => false);
    });
    await bob.isLive();
    stage.model.whenAsked("And a footer", "A footer, then.\n\n```tsx file=\"src/App.tsx\"\nexport default () => <h1>With a footer</h1>;\n```\n").goesOn();
    await bob.asks("And a footer");
    await ada.closesTheDialog();
    await ada.answerIs(1, "completed");
    await ada.seesInPreview("With a footer");

    await ada.the("share").click();
    await ada.page.getByLabel("Access of Bob Babbage").click();
    await ada.page.getByRole("option", { name: /No access/ }).click();
    await bob.page.getByText("It is not shared with you any more").waitFor();
    await bob.goes("/");
    await bob.sees("No projects yet");
  });

  story("who is alone is told how to share, and a guest leaves by themselves", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsEmpty("Of one");
    await ada.the("share").click();
    await ada.the("share-dialog").getByText("You are alone here").waitFor();
    await ada.closesTheDialog();

    const bob = await colleague(ada, signsUp, "Bob Babbage");
    bob.watch.expects(/status of 404/);
    const project = new URL(ada.page.url()).searchParams.get("p");
    const { id } = await bob.calls("GET", "me");
    await ada.calls("PUT", `projects/${project}/members/${id}`, { role: "editor" });
    await bob.goes("/");
    await bob.the("project-menu").click();
    await bob.the("share-project").click();
    await bob.the("share-dialog").getByText("(you)").waitFor();
    await bob.the("leave-project").click();
    await bob.sees("No projects yet");
  });
}
