import assert from "node:assert/strict";
import { test } from "node:test";
import { useProject } from "./project";

test("the sessions of a project are read when the project can be", async () => {
  let known = false;
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const fetch = async (url: string) => {
    if (url.includes("/sessions")) return known ? answer(200, { items: [] }) : answer(404, { code: "not_found" });
    // As a read model that is a moment behind.
    await new Promise((resolve) => setTimeout(resolve, 10));
    known = true;
    return answer(200, { id: "prj_1", name: "New", version: 1 });
  };
  Object.assign(globalThis, { fetch });
  await useProject.getState().open("prj_1");
  assert.equal(useProject.getState().problem, null);
  assert.deepEqual(useProject.getState().sessions, []);
});
