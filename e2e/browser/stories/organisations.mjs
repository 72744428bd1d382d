import { CLIENT } from "../harness/provider.mjs";
import { story } from "../harness/story.mjs";

export function organisations(stage) {
  story("an organisation is named, somebody is invited, joins by the link, and gets another role", stage, async (signsUp) => {
    const ada = await signsUp();
    const bob = await signsUp("Bob Babbage");
    await ada.goes("/org/");
    await ada.the("org-name").getByText("Personal").waitFor();
    await ada.the("invites").getByText("No open invites").waitFor();
    await ada.the("rename-org").click();
    await ada.the("rename-input").fill("Analytical Engines");
    await ada.page.keyboard.press("Enter");
    await ada.the("org-name").getByText("Analytical Engines").waitFor();

    await ada.the("invite-email").fill(bob.email);
    await ada.page.keyboard.press("Enter");
    const link = await ada.the("once").inputValue();
    await ada.closesTheDialog();
    await ada.the("invite-row").getByText(bob.email).waitFor();

    await bob.goes(link);
    await bob.the("join").click();
    await bob.isAt("/");
    await bob.goes("/org/");
    await bob.the("org-name").getByText("Analytical Engines").waitFor();
    await bob.the("org-role").getByText("member").waitFor();

    await ada.goes("/org/");
    await ada.the("members").getByText(bob.email).waitFor();
    await ada.page.getByLabel("Role of Bob Babbage").click();
    await ada.page.getByRole("option", { name: /viewer/ }).click();
    await ada.page.getByLabel("Role of Bob Babbage").getByText("viewer").waitFor();

    await bob.the("user-menu").click();
    await bob.page.getByTestId("switch-org").filter({ hasText: "Personal" }).click();
    await bob.isAt("/");
    await bob.goes("/org/");
    await bob.the("org-role").getByText("owner").waitFor();
  });

  story("a link opens an account that begins in the organisation, and works once", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of (401|422)/);
    await ada.goes("/org/");
    await ada.the("invite-email").fill("dora@example.org");
    await ada.the("invite").click();
    const link = await ada.the("once").inputValue();
    await ada.closesTheDialog();
    await ada.the("user-menu").click();
    await ada.the("sign-out").click();
    await ada.isAt("/login");

    const signsUpByLink = async (email) => {
      await ada.goes(link);
      await ada.the("name").fill("Dora");
      await ada.the("email").fill(email);
      await ada.the("password").fill("correct horse battery");
      await ada.the("submit").click();
    };
    await signsUpByLink(`dora-${process.pid}@example.org`);
    await ada.isAt("/");
    await ada.goes("/org/");
    await ada.the("org-role").getByText("member").waitFor();
    await ada.the("user-menu").click();
    await ada.the("sign-out").click();
    await ada.isAt("/login");
    await signsUpByLink(`late-${process.pid}@example.org`);
    await ada.the("form-error").getByText("cannot be followed").waitFor();
  });

  story("an invite comes by mail; sent again, only the newest link leads in", stage, async (signsUp, arrives) => {
    const ada = await signsUp();
    const dora = await arrives("Dora");
    dora.watch.expects(/status of (401|422)/);
    await ada.goes("/org/");
    await ada.the("invite-email").fill(dora.email);
    await ada.the("invite").click();
    await ada.page.getByText(`It is on its way to ${dora.email}`).waitFor();
    const shown = await ada.the("once").inputValue();
    await ada.closesTheDialog();
    const first = await dora.linkIn("Ada Lovelace invites you");
    if (first !== shown) throw new Error("the mail has another link than the page");

    await ada.the("resend-invite").click();
    const again = await ada.the("once").inputValue();
    await ada.closesTheDialog();
    const signsUpByLink = async (link) => {
      await dora.goes(link);
      await dora.the("name").fill("Dora");
      await dora.the("email").fill(dora.email);
      await dora.the("password").fill("correct horse battery");
      await dora.the("submit").click();
    };
    await signsUpByLink(first);
    await dora.the("form-error").getByText("cannot be followed").waitFor();
    await dora.until("the newest mail has the newest link", async () => (await dora.linkIn("Ada Lovelace invites you")) === again);
    await dora.goes("/login");
    await signsUpByLink(again);
    await dora.isAt("/");
    await dora.goes("/org/");
    await dora.the("org-role").getByText("member").waitFor();
  });

  story("an organisation's own provider signs in whom it invited", stage, async (signsUp, arrives) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 422/);
    await ada.goes("/org/");
    await ada.the("logins").getByText("No providers yet").waitFor();
    await ada.the("new-login").click();
    await ada.the("label").fill("Acme ID");
    await ada.the("issuer").fill("http://127.0.0.1:9");
    await ada.the("client_id").fill(CLIENT.id);
    await ada.the("client_secret").fill(CLIENT.secret);
    await ada.the("save-login").click();
    await ada.page.getByText("No OpenID provider on the internet").or(ada.page.getByText("no OpenID provider on the internet")).waitFor();
    await ada.the("issuer").fill(stage.provider.issuer);
    await ada.the("save-login").click();
    await ada.the("login-row").getByText("By invite only").waitFor();
    stage.provider.accepts((await ada.the("login-callback").innerText()).trim());
    const page = await ada.the("login-page").getAttribute("href");

    const bob = await arrives("Bob");
    bob.watch.expects(/status of 401/);
    await bob.goes(page);
    await bob.page.getByText("Continue with Acme ID").click();
    await bob.showsThemselves();
    await bob.the("form-error").getByText("by an invite only").waitFor();
    await ada.calls("POST", "org/invites", { email: bob.email, role: "viewer" });
    await bob.goes(page);
    await bob.page.getByText("Continue with Acme ID").click();
    await bob.isAt("/");
    await bob.goes("/org/");
    await bob.the("org-role").getByText("viewer").waitFor();

    await ada.the("remove-login").click();
    await ada.the("confirm").click();
    await ada.the("logins").getByText("No providers yet").waitFor();
  });

  story("an API key is shown once, works, and is revoked", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.goes("/org/");
    await ada.the("api-keys").getByText("No keys yet").waitFor();
    await ada.the("new-key").click();
    await ada.the("key-name").fill("Pipeline");
    await ada.the("create-key").click();
    const key = await ada.the("once").inputValue();
    const asks = () => fetch(`${stage.system.url}/api/v1/projects`, { headers: { Authorization: `Bearer ${key}` } }).then((response) => response.status);
    if ((await asks()) !== 200) throw new Error("the key does not work");
    await ada.closesTheDialog();
    await ada.the("key-row").getByText("Pipeline").waitFor();
    await ada.the("revoke-key").click();
    await ada.the("confirm").click();
    await ada.the("api-keys").getByText("No keys yet").waitFor();
    if ((await asks()) !== 401) throw new Error("the key still works");
  });

  story("a new organisation is one's own, and the menu switches between them", stage, async (signsUp) => {
    const ada = await signsUp();
    await ada.startsEmpty("At home");
    await ada.the("user-menu").click();
    await ada.the("new-org").click();
    await ada.the("org-new-name").fill("Second");
    await ada.the("create-org").click();
    await ada.isAt("/");
    await ada.goes("/org/");
    await ada.the("org-name").getByText("Second").waitFor();
    await ada.the("user-menu").click();
    await ada.page.getByTestId("switch-org").filter({ hasText: "Personal" }).click();
    await ada.sees("At home");
  });
}
