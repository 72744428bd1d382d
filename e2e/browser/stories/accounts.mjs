import { story } from "../harness/story.mjs";

export function accounts(stage) {
  story("signing out closes the door, and a wrong password does not open it", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 401/);
    await ada.startsEmpty("Mine");
    const workspace = new URL(ada.page.url()).pathname + new URL(ada.page.url()).search;
    await ada.the("user-menu").click();
    await ada.the("sign-out").click();
    await ada.isAt("/login");

    await ada.goes(workspace);
    await ada.isAt(/^\/login\?next=/);
    await ada.signsIn("not the password");
    await ada.the("form-error").getByText("The e-mail address or the password is wrong.").waitFor();
    await ada.signsIn();
    await ada.isAt(workspace);
    await ada.the("project-title").getByText("Mine").waitFor();
  });

  story("signing out in one tab ends the others", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 401/);
    await ada.startsEmpty("Open twice");
    const other = await ada.context.newPage();
    await other.goto("/");
    await other.getByTestId("user-menu").click();
    await other.getByTestId("sign-out").click();
    await other.waitForURL(/\/login$/);
    await ada.isAt(/^\/login\?next=/);
  });

  story("a form says what is wrong with it", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 4(09|22)/);
    await ada.goes("/login?mode=sign-up");
    await ada.the("name").fill("Somebody");
    await ada.the("email").fill(ada.email);
    await ada.the("password").fill("correct horse battery");
    await ada.the("submit").click();
    await ada.the("form-error").waitFor();
    await ada.the("email").fill("new-" + ada.email);
    await ada.the("password").fill("password12");
    await ada.the("submit").click();
    await ada.page.locator("[data-testid=password][aria-invalid=true]").waitFor();
  });

  story("an expired sign-in is renewed without a word", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 401/);
    const access = (await ada.context.cookies()).find((cookie) => cookie.httpOnly && cookie.path === "/");
    await ada.context.clearCookies({ name: access.name });
    await ada.startsEmpty("After a while");
    await ada.the("project-title").getByText("After a while").waitFor();
  });

  story("what does not exist says so", stage, async (signsUp) => {
    const ada = await signsUp();
    const eve = await signsUp("Eve");
    eve.watch.expects(/status of 404/);
    await ada.startsEmpty("Private");
    await eve.goes(ada.page.url());
    await eve.sees("This does not exist, or is not yours");
  });
}
