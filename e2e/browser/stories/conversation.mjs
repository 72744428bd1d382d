import assert from "node:assert/strict";
import { story } from "../harness/story.mjs";

const TURNS = 200;
const at = "2026-01-01T00:00:00Z";

/** A conversation that would take hours to have, told by the server. */
const long = () =>
  Array.from({ length: TURNS }, (_, turn) => [
    { id: `msg_q${turn}`, role: "user", content: `Question ${turn}`, generation_id: `gen_${turn}`, created_at: at },
    { id: `msg_a${turn}`, role: "assistant", content: `Answer ${turn}.\n\n${"More is to be said of it. ".repeat((turn * 7) % 40)}`, status: "completed", generation_id: `gen_${turn}`, created_at: at },
  ]).flat();

export function conversation(stage) {
  story("a long conversation opens at its end, and what is out of sight costs nothing", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsEmpty("Two hundred turns");
    await ada.page.route(/\/messages\?/, (route) => route.fulfill({ json: { items: long(), next_cursor: null } }));
    await ada.page.reload();
    await ada.answer(TURNS - 1).waitFor();
    await isAtTheEnd(ada);
    assert.ok((await drawn(ada)) < 40, `${await drawn(ada)} of ${TURNS} turns are drawn`);

    const box = ada.page.getByRole("log");
    await box.hover();
    await ada.page.mouse.wheel(0, -3_000);
    const toEnd = ada.page.getByRole("button", { name: "To the newest" });
    await toEnd.waitFor();
    await ada.until("what was scrolled to stays", async () => !(await nearTheEnd(ada)) && (await drawn(ada)) < 60);
    await box.evaluate((element) => element.scrollTo({ top: 0 }));
    await ada.page.getByText("Question 0", { exact: true }).waitFor();
    await toEnd.click();
    await isAtTheEnd(ada);
    await toEnd.waitFor({ state: "detached" });

    await ada.page.unroute(/\/messages\?/);
    await ada.asks("A note about patience");
    await ada.answerIs(TURNS, "completed");
    await isAtTheEnd(ada);
  });
}

/** How many turns Chromium lays out. */
const drawn = (person) => person.page.getByTestId("message-user").evaluateAll((all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length);

const nearTheEnd = (person) => person.page.getByRole("log").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 3);

/** And stays there, while sizes that were guessed become known. */
async function isAtTheEnd(person) {
  let times = 0;
  await person.until("the end is in sight", async () => {
    times = (await nearTheEnd(person)) ? times + 1 : 0;
    return times > 5;
  });
}
