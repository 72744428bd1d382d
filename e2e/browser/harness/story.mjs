/** A story: people come, something happens, and when they leave nothing may have gone wrong. */
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { Person } from "./person.mjs";

const screenshots = new URL("../screenshots/", import.meta.url).pathname;

/** `stage` is filled before the first story is told: `{ browser, system }`. */
export function story(title, stage, tell) {
  test(title, async () => {
    const people = [];
    const signsUp = async (name, email) => {
      const person = await Person.signsUp(stage, name, email);
      people.push(person);
      return person;
    };
    const arrives = async (name, email) => {
      const person = await Person.arrives(stage, name, email);
      people.push(person);
      return person;
    };
    try {
      await tell(signsUp, arrives);
      for (const person of people) await person.leaves();
    } catch (error) {
      await keep(title, people);
      throw error;
    } finally {
      for (const person of people) for (const one of [person, ...person.devices]) await one.context.close().catch(() => {});
    }
  });
}

async function keep(title, people) {
  mkdirSync(screenshots, { recursive: true });
  const everyone = people.flatMap((person) => [person, ...person.devices]);
  for (const [number, person] of everyone.entries()) {
    await person.photographs(`${screenshots}${title.replaceAll(/\W+/g, "-")}-${number}.png`);
    for (const complaint of person.watch.complaints()) console.error(`  ${complaint}`);
  }
}
