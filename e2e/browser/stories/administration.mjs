import { ROOT } from "../harness/system.mjs";
import { story } from "../harness/story.mjs";

export function administration(stage) {
  story("an administrator finds somebody, changes their tier and ends their sign-ins", stage, async (signsUp) => {
    const ada = await signsUp();
    ada.watch.expects(/status of 40[13]/);
    await ada.goes("/users/");
    await ada.page.getByText("administrator_required").waitFor();

    const root = await signsUp("Root", ROOT);
    // An address administers when it is verified.
    await root.goes(await root.linkIn("Welcome"));
    await root.the("verified").waitFor();
    await root.goes("/");
    await root.the("user-menu").click();
    await root.the("admin-users").click();
    await root.the("user-search").fill(ada.email);
    const row = root.page.getByTestId("user-row").filter({ hasText: ada.email });
    await row.waitFor();
    await row.getByTestId("user-actions").click();
    await root.the("toggle-tier").click();
    await row.getByTestId("tier").getByText("premium").waitFor();
    await root.page.getByRole("menu").waitFor({ state: "detached" });
    await row.getByTestId("user-actions").click();
    await root.the("end-sign-ins").click();

    await ada.goes("/");
    await ada.isAt(/^\/login/);
    await root.the("user-search").fill("nobody of this name");
    await root.page.getByText("Nobody of that name").waitFor();
  });
}
