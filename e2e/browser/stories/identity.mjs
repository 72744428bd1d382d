import assert from "node:assert/strict";
import { codeOf, isEarlyInItsStep } from "../harness/authenticator.mjs";
import { PASSWORD } from "../harness/person.mjs";
import { story } from "../harness/story.mjs";

const NEW = "another quiet lantern";
/** A revoked sign-in closes what it shows within this. */
const ENDED_MS = 5_000;

export function identity(stage) {
  story("a forgotten password is replaced by a mail", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 4(01|22)/);
    await ada.signsOut();
    await ada.the("forgot").click();
    await ada.the("email").fill(ada.email);
    await ada.the("submit").click();
    await ada.the("sent").waitFor();

    const link = await ada.linkIn("A new password");
    await ada.goes(link);
    await ada.the("password").fill(NEW);
    await ada.until("the secret has left the address bar", () => new URL(ada.page.url()).hash === "");
    await ada.the("submit").click();
    await ada.the("to-login").click();
    await ada.signsIn(PASSWORD);
    await ada.the("form-error").waitFor();
    await ada.signsIn(NEW);
    await ada.isAt("/");

    await ada.goes("/login");
    await ada.goes(link);
    await ada.the("password").fill("a third quiet lantern");
    await ada.the("submit").click();
    await ada.the("form-error").getByText("not valid any more").waitFor();
  });

  story("a mail verifies the address", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.goes("/profile");
    await ada.the("email-section").waitFor();
    await ada.goes(await ada.linkIn("Welcome"));
    await ada.the("verified").waitFor();
    await ada.goes("/profile");
    await ada.the("password-section").waitFor();
    assert.equal(await ada.the("email-section").count(), 0);
  });

  story("six digits by mail sign in", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.signsOut();
    await ada.the("way-code").click();
    await ada.the("email").fill(ada.email);
    await ada.the("submit").click();
    await ada.the("code").waitFor();
    const { text } = await ada.mail("Your sign-in code");
    await ada.the("code").fill(/^\s*(\d{6})$/m.exec(text)[1]);
    await ada.the("submit").click();
    await ada.isAt("/");
  });

  story("a second factor is set up, asked for, and turned off", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 4(0[13]|22)/);
    await ada.goes("/profile");
    await ada.the("enroll").click();
    await ada.the("prove-again").waitFor();
    await ada.the("password").fill("not this lantern");
    await ada.the("prove-again-now").click();
    await ada.the("form-error").waitFor();
    await ada.the("password").fill(PASSWORD);
    await ada.the("prove-again-now").click();
    const secret = await ada.the("totp-secret").innerText();
    await isEarlyInItsStep();
    await ada.the("code").fill(codeOf(secret, -1));
    await ada.the("confirm-factor").click();
    await ada.the("recovery-codes").locator("li").first().waitFor();
    const codes = await ada.the("recovery-codes").locator("li").allInnerTexts();
    assert.equal(codes.length, 10);
    await ada.the("codes-kept").click();
    await ada.the("factor-state").getByText("On").waitFor();

    await ada.signsOut();
    await ada.signsIn();
    await ada.the("mfa-form").waitFor();
    await ada.the("code").fill("000000");
    await ada.the("submit").click();
    await ada.page.locator("[data-testid=code][aria-invalid=true]").waitFor();
    await ada.the("code").fill(codeOf(secret));
    await ada.the("submit").click();
    await ada.isAt("/");

    await ada.goes("/profile");
    await ada.the("remove-factor").click();
    await ada.the("code").fill(codes[0]);
    await ada.the("remove-factor-now").click();
    await ada.the("factor-state").getByText("Off").waitFor();
    await ada.signsOut();
    await ada.signsIn();
    await ada.isAt("/");
  });

  story("a device is ended from another, and what it shows closes at once", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 401/);
    await ada.startsEmpty("On the phone");
    await ada.isLive();
    const desk = await ada.onAnotherDevice();
    await desk.goes("/profile");
    await desk.the("end-device").click();
    const begun = Date.now();
    await ada.isAt(/^\/login\?next=/);
    assert.ok(Date.now() - begun < ENDED_MS, `it took ${Date.now() - begun} ms`);
    await desk.until("one device is left", async () => (await desk.the("device").count()) === 1);
  });

  story("a new password signs the other devices out", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 401/);
    await ada.startsEmpty("On the phone");
    await ada.isLive();
    const desk = await ada.onAnotherDevice();
    await desk.goes("/profile");
    await desk.the("current").fill(PASSWORD);
    await desk.the("new").fill(NEW);
    await desk.the("change-password").click();
    await ada.isAt(/^\/login\?next=/);
    await ada.signsIn(NEW);
    await ada.isAt(/^\/w\?p=/);
    await desk.the("device-section").waitFor();
  });

  story("a provider signs a stranger in, and again", stage, async (_, arrives) => {
    const grace = await arrives("Grace Hopper");
    await grace.signsInByProvider();
    await grace.isAt("/");
    await grace.goes("/profile");
    await grace.page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
    await grace.the("identity-example").getByText("linked").waitFor();
    await grace.signsOut();
    await grace.the("provider-example").click();
    await grace.isAt("/");
    await grace.goes("/profile");
    await grace.page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
  });

  story("an account with a password is linked to a provider by its person only", stage, async (signsUp, arrives) => {
    const ada = await signsUp();
    const eve = await arrives("Eve", ada.email);
    await eve.signsInByProvider();
    await eve.isAt("/login?problem=link_first");
    await eve.the("form-error").getByText("There is an account with this address").waitFor();

    ada.watch.expects(/status of 422/);
    await ada.goes("/profile");
    await ada.the("link-example").click();
    const form = ada.the("identity-example");
    await form.getByTestId("password").fill("not the password");
    await ada.the("link-example-now").click();
    await form.locator("[aria-invalid=true]").waitFor();
    await form.getByTestId("password").fill(PASSWORD);
    await ada.the("link-example-now").click();
    await ada.showsThemselves();
    await ada.isAt("/profile");
    await ada.the("unlink-example").waitFor();
    await ada.signsOut();
    await ada.the("provider-example").click();
    await ada.isAt("/");
    await ada.goes("/profile");
    await ada.the("password-section").waitFor();
  });
}
