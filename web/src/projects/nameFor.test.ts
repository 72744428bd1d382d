import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFor } from "./nameFor";

const names: [string, string][] = [
  ["A pricing page for a design studio with three plans, violet", "Pricing page for a design studio"],
  ["An analytics dashboard for a coffee roastery", "Analytics dashboard for a coffee roastery"],
  ["Build me a to-do list", "To-do list"],
  ["please make a kanban board where cards can be moved", "Kanban board"],
  ["Notes", "Notes"],
  ["the", "The"],
  ["   ", "Untitled"],
  ["Überblick über Flüsse. Und mehr", "Überblick über Flüsse"],
  ["x".repeat(100), "X" + "x".repeat(47)],
];

for (const [prompt, name] of names) {
  test(`“${prompt.slice(0, 40)}” is called “${name.slice(0, 40)}”`, () => assert.equal(nameFor(prompt), name));
}
