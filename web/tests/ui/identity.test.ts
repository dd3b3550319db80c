import { expect, test } from "@playwright/test";

import { open } from "./open";

test.use({ viewport: { width: 1360, height: 860 } });

test("password, then a code of the app: signed in and back where one was", async ({ page }) => {
  await open(page, "/operations", "anonymous");
  await page.getByLabel("E-mail", { exact: true }).fill("grace@acme.dev");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "One more proof" })).toBeVisible();
  await page.screenshot({ path: "screenshots/light/second-factor.png" });
  await page.getByLabel("Code from your authenticator app").fill("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Wait for the next code");
  await page.getByLabel("Code from your authenticator app").fill("123 456");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Operations" })).toBeVisible();
});

test("a wrong password says what to do, and the page stays", async ({ page }) => {
  await open(page, "/sign-in", "anonymous");
  await page.getByLabel("E-mail", { exact: true }).fill("ada@acme.dev");
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("set a new password by mail");
  await page.screenshot({ path: "screenshots/light/sign-in-wrong.png" });
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue("ada@acme.dev");
});

test("a link by mail, and the ways of others", async ({ page }) => {
  await open(page, "/sign-in", "anonymous");
  await expect(page.getByRole("link", { name: "Continue with GitHub" })).toHaveAttribute(
    "href",
    /^\/v1\/auth\/sources\/src_github\/begin/,
  );
  await page.getByRole("button", { name: "Continue with Acme directory" }).click();
  await expect(page.getByLabel("User name")).toBeVisible();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByLabel("E-mail", { exact: true }).fill("ada@acme.dev");
  await page.getByRole("button", { name: "E-mail me a link instead" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  await page.screenshot({ path: "screenshots/light/mail-sent.png" });
});

test("signing up with an invitation keeps its address and says what is next", async ({ page }) => {
  await open(page, "/invite#k3vY8wq2ZtN5", "anonymous");
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByText("To join Analytical Engines as member.")).toBeVisible();
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue("ada@acme.dev");
  expect(page.url()).not.toContain("k3vY8");
  await page.getByLabel("Name", { exact: true }).fill("Ada Byron");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("has the link that verifies")).toBeVisible();
});

test("a device is let in once its code was looked at", async ({ page }) => {
  await open(page, "/device");
  await page.getByLabel("Code").fill("bcdf ghjk");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("stead on ada-laptop")).toBeVisible();
  await expect(page.getByText("192.0.2.44")).toBeVisible();
  await expect(page.getByText("Stead command line")).toBeVisible();
  await expect(page.getByText("1 min ago", { exact: true })).toBeVisible();
  await expect(page.getByText("another address than yours")).toBeVisible();
  await expect(page.getByRole("region", { name: "What it will be able to do" })).toContainText("Acme");
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByRole("heading", { name: "The device is signed in" })).toBeVisible();
  await page.screenshot({ path: "screenshots/light/device-approved.png" });
});

test("a device that nobody knows is denied; its address carries the code through the sign-in", async ({
  page,
}) => {
  await open(page, "/device?code=BCDF-GHJK", "anonymous");
  await page.getByLabel("E-mail", { exact: true }).fill("ada@acme.dev");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByText("stead on ada-laptop")).toBeVisible();
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: "Denied" })).toBeVisible();
});

test("what cannot be taken back asks for a proof and then goes on by itself", async ({ page }) => {
  await open(page, "/account/security");
  await page.getByRole("button", { name: "Set up" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill("wrong");
  await page.keyboard.press("Enter");
  await expect(proof.getByRole("alert")).toContainText("not your password");
  await page.screenshot({ path: "screenshots/light/step-up.png" });
  await proof.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(proof).toBeHidden();
  await expect(page.getByTestId("totp-secret")).toContainText("JBSW");
  await page.screenshot({ path: "screenshots/light/totp.png" });
  await page.getByLabel("Code from the app").fill("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Type the code that your app shows now");
  await page.getByLabel("Code from the app").fill("123456");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("recovery-codes")).toContainText("k3vy-8wq2-ztn5");
  await page.screenshot({ path: "screenshots/light/recovery-codes.png" });
  await expect(page.getByRole("button", { name: "Done" })).toBeDisabled();
  await page.getByLabel("I have put them").check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("10 left")).toBeVisible();
});

test("who has nothing to prove it with signs in again and comes back", async ({ page }) => {
  await open(page, "/account/security");
  await expect(page.getByRole("button", { name: "Set up" })).toBeVisible();
  await page.evaluate(() => {
    const { steadMock: world } = window as unknown as { steadMock: import("../../src/mock/world").World };
    world.factors = { ...world.factors, password: false, totp: false };
    world.passkeys = [];
  });
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in again first" });
  await expect(dialog.getByRole("button", { name: "Sign in again" })).toBeFocused();
  await page.screenshot({ path: "screenshots/light/sign-in-again.png" });
  await dialog.getByRole("button", { name: "Sign in again" }).click();
  await expect(page).toHaveURL(/\/sign-in\?from=%2Faccount%2Fsecurity/);
});

test("giving up the proof changes nothing and leaves no noise", async ({ page }) => {
  await open(page, "/account/security");
  await page.getByRole("button", { name: "Set up" }).click();
  await page
    .getByRole("dialog", { name: "Confirm that it is you" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText("That did not work")).toHaveCount(0);
});

test("linking an account elsewhere asks for the proof on the page, then goes there", async ({ page }) => {
  let linking = "";
  // The source sends the browser back at once.
  await page.route("**/v1/auth/sources/*/begin?link=true", async (route) => {
    linking = new URL(route.request().url()).pathname;
    await route.fulfill({ status: 303, headers: { location: "/account/security" } });
  });
  await open(page, "/account/security");
  await page.getByRole("button", { name: "Link Acme login" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await expect(proof).toBeVisible();
  expect(linking, "nothing is left before the proof").toBe("");
  await proof.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect.poll(() => linking).toBe("/v1/auth/sources/src_login/begin");
  await expect(page.getByRole("button", { name: "Link Acme login" })).toBeEnabled();
});

test("giving up the proof leaves the accounts as they were", async ({ page }) => {
  await open(page, "/account/security");
  await page.getByRole("button", { name: "Link Acme login" }).click();
  await page
    .getByRole("dialog", { name: "Confirm that it is you" })
    .getByRole("button", { name: "Cancel" })
    .click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Link Acme login" })).toBeEnabled();
  await expect(page).toHaveURL(/\/account\/security$/);
});

test("an account in a directory is linked by its name and password, wrong ones are told in the form", async ({
  page,
}) => {
  await open(page, "/account/security");
  await page.getByRole("button", { name: "Link Acme directory…" }).click();
  const form = page.getByRole("dialog", { name: "Link Acme directory" });
  await expect(form.getByRole("button", { name: "Link", exact: true })).toBeDisabled();
  await form.getByLabel("User name").fill("ada");
  await form.getByLabel("Password", { exact: true }).fill("wrong");
  await page.keyboard.press("Enter");
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(form.getByRole("alert")).toContainText("no account with this name and password");
  await page.screenshot({ path: "screenshots/light/link-directory.png" });
  await form.getByLabel("Password", { exact: true }).fill("a few unrelated words");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("row", { name: /Acme directory/ })).toContainText("ada@acme.dev");
  await expect(page.getByRole("button", { name: "Link Acme directory…" })).toHaveCount(0);
});

test("ending all other sessions leaves this one", async ({ page }) => {
  await open(page, "/account/sessions");
  await page.getByRole("button", { name: "End all others…" }).click();
  await expect(page.getByRole("dialog")).toContainText("2 other browsers");
  await page.getByRole("button", { name: "End them" }).click();
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByText("this one")).toBeVisible();
});

test("deleting the account names what is lost and wants the address", async ({ page }) => {
  await open(page, "/account/data");
  await page.getByRole("button", { name: "Delete my account…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("You own Acme");
  await expect(dialog.getByRole("button", { name: "Delete my account", exact: true })).toBeDisabled();
  await page.screenshot({ path: "screenshots/light/account-delete.png" });
});

test("a secret is written, never shown", async ({ page }) => {
  await open(page, "/account/secrets");
  await page.getByRole("button", { name: "New secret" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("api-key");
  await dialog.getByLabel("Value").fill("s3cr3t");
  await expect(dialog.getByLabel("Name of the variable")).toHaveValue("API_KEY");
  await page.screenshot({ path: "screenshots/light/secret.png" });
  await dialog.getByRole("button", { name: "Keep secret" }).click();
  await expect(page.getByText("API_KEY")).toBeVisible();
  await expect(page.getByText("s3cr3t")).toHaveCount(0);
  await page.getByRole("button", { name: "Versions of github-token" }).click();
  await expect(page.getByRole("dialog")).toContainText("current");
  await page.screenshot({ path: "screenshots/light/secret-versions.png" });
});

test("a passkey of a virtual authenticator is made, renamed and used for the proof", async ({
  page,
  baseURL,
}) => {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await open(
    page.context().pages()[0] ?? page,
    `${baseURL?.replace("127.0.0.1", "localhost")}/account/security`,
  );
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("test key");
  await page.getByRole("button", { name: "Continue" }).click();
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row", { name: /test key/ })).toBeVisible();
});
