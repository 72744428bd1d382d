/** Stories are told to one installation, those of stopping to another whose model is played, those of dying to a third in parts; in one Chromium, by people of their own. */
import { after, before } from "node:test";
import { launch } from "./harness/browser.mjs";
import { Model } from "./harness/model.mjs";
import { Provider } from "./harness/provider.mjs";
import { Split } from "./harness/split.mjs";
import { System } from "./harness/system.mjs";
import { access } from "./stories/access.mjs";
import { accounts } from "./stories/accounts.mjs";
import { administration } from "./stories/administration.mjs";
import { conversation } from "./stories/conversation.mjs";
import { families } from "./stories/families.mjs";
import { firstPrompt } from "./stories/first-prompt.mjs";
import { identity } from "./stories/identity.mjs";
import { keeping } from "./stories/keeping.mjs";
import { looks } from "./stories/looks.mjs";
import { models } from "./stories/models.mjs";
import { organisations } from "./stories/organisations.mjs";
import { sandbox } from "./stories/sandbox.mjs";
import { sharing } from "./stories/sharing.mjs";
import { stopping } from "./stories/stopping.mjs";
import { surviving } from "./stories/surviving.mjs";
import { vendored } from "./stories/vendored.mjs";
import { versions } from "./stories/versions.mjs";
import { watching } from "./stories/watching.mjs";

/** Tokens a second: a short answer takes some seconds, so that something can happen meanwhile. */
const PACE = 150;
const stage = {};
const played = {};
const split = {};

before(async () => {
  stage.provider = await Provider.start();
  stage.system = process.env.ATELIER_URL
    ? { url: process.env.ATELIER_URL, operations: process.env.ATELIER_OPS_URL, stop: async () => {} }
    : await System.start({ pace: PACE, provider: stage.provider });
  stage.provider.serves(stage.system.url);
  played.model = await Model.start();
  played.system = await System.start({ model: played.model });
  split.model = played.model;
  split.system = await Split.beside(played.system, split.model);
  stage.browser = played.browser = split.browser = await launch();
});
after(async () => {
  await stage.browser?.close();
  await stage.system?.stop();
  await stage.provider?.stop();
  await split.system?.stop();
  await played.system?.stop();
  await played.model?.stop();
});

const chapters = [firstPrompt, keeping, accounts, identity, organisations, administration, versions, conversation, looks, access, sandbox, families];
for (const chapter of chapters) chapter(stage);
stopping(played);
watching(played);
models(played);
sharing(played);
vendored(played);
surviving(split);
