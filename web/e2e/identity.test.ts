import { expect } from "@playwright/test";

import { accountButton, fillCredentials, mailedLink, operatorLink, person, signOut, test } from "./people";

test("sign up, verify by mail, come back, reset the password", async ({ page }) => {
  const ada = person("Ada");
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Name", { exact: true }).fill(ada.name);
  await page.getByLabel("E-mail", { exact: true }).fill(ada.email);
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await fillCredentials(page, ada);
  await expect(accountButton(page, ada)).toBeVisible();

  await test.step("unverified, nothing can be created", async () => {
    await create("early");
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText("not confirmed");
    await page.screenshot({ path: "screenshots/e2e/unverified.png" });
    await page.goto("/account");
    await expect(page.getByText("not verified", { exact: true })).toBeVisible();
  });

  await test.step("the link of the mail verifies, once", async () => {
    const link = await mailedLink(ada.email, "verify_email");
    await page.goto(link);
    await expect(page.getByText("Your address is verified.")).toBeVisible();
    await page.getByRole("link", { name: "Go to the dashboard" }).click();
    await create("shelf");
    await expect(page).toHaveURL(/\/instances\/shelf$/);
    await page.goto("/account");
    await expect(page.getByText("verified", { exact: true })).toBeVisible();
    await page.goto("about:blank");
    await page.goto(link);
    await expect(page.getByRole("alert")).toBeVisible();
    await page.goto("/instances");
  });

  await signOut(page, ada);
  await fillCredentials(page, ada);
  await expect(accountButton(page, ada)).toBeVisible();
  await signOut(page, ada);

  await test.step("a reset by mail ends the old password", async () => {
    await page.getByRole("link", { name: "Forgotten?" }).click();
    await page.getByLabel("E-mail", { exact: true }).fill(ada.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
    await page.goto(await mailedLink(ada.email, "reset_password"));
    const old = ada.password;
    ada.password = "nine tall pines on a hill";
    await page.getByLabel("New password", { exact: true }).fill(ada.password);
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("heading", { name: "Your password is new" })).toBeVisible();
    await page.getByRole("link", { name: "Sign in" }).click();
    await fillCredentials(page, ada, old);
    await expect(page.getByRole("alert")).toBeVisible();
    await fillCredentials(page, ada);
    await expect(accountButton(page, ada)).toBeVisible();
  });

  /** Opens the window and asks for a blank workspace. */
  async function create(name: string): Promise<void> {
    await page.goto("/instances?create=1");
    const dialog = page.getByRole("dialog", { name: "New instance" });
    await dialog.getByText("Blank workspace").click();
    await dialog.getByLabel(/^Name/).fill(name);
    await dialog.getByRole("button", { name: "Create instance" }).click();
  }
});

test("the pages of whoever runs the installation", async ({ page }) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(await operatorLink());
  await expect(page.getByRole("heading", { name: "Instances" })).toBeVisible();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operator" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Owner" }).first()).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/operator-tenants.png" });
  const open = (tab: string) =>
    page
      .getByRole("navigation", { name: "Parts of the page" })
      .getByRole("link", { name: tab, exact: true })
      .click();
  await open("Users");
  await expect(
    page.getByRole("row").filter({ hasText: "operator" }).filter({ hasText: "Owner" }),
  ).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/operator-users.png" });
  await open("Mails");
  await expect(page.getByText("No mail server is set")).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/operator-mails.png" });
  await open("Mail templates");
  await expect(page.frameLocator("iframe[title='How the mail looks']").locator("body")).toContainText(
    "Stead",
  );
  await page.screenshot({ path: "screenshots/e2e/operator-templates.png" });
  await open("Keys");
  await expect(page.getByText("signs", { exact: true }).first()).toBeVisible();
  await page.getByRole("button", { name: "Rotate the signing keys" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate", exact: true }).click();
  await page.screenshot({ path: "screenshots/e2e/operator-keys.png" });
  expect(problems).toEqual([]);
});

test("a device is let in by its code", async ({ page, request }) => {
  const begun = await request.post("/v1/auth/device", {
    data: { client_name: "stead on a test" },
    headers: { "user-agent": "stead/0.1.0" },
  });
  expect(begun.status()).toBe(200);
  const codes = (await begun.json()) as { device_code: string; verification_uri_complete: string };
  const ask = () =>
    request.post("/v1/auth/token", {
      data: { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: codes.device_code },
    });
  await page.goto(await operatorLink());
  await expect(page.getByRole("heading", { name: "Instances" })).toBeVisible();
  await page.goto(codes.verification_uri_complete);
  await expect(page.getByText("stead on a test")).toBeVisible();
  await expect(page.getByText("Stead command line")).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/device.png" });
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByRole("heading", { name: "The device is signed in" })).toBeVisible();
  const answer = await ask();
  expect(answer.status(), await answer.text()).toBe(200);
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  const me = await request.get("/v1/me", { headers: { authorization: `Bearer ${tokens.access_token}` } });
  expect(me.status()).toBe(200);
  expect(tokens.refresh_token).toBeTruthy();
  // The codes work once.
  expect((await ask()).status()).toBe(400);
  await page.getByRole("link", { name: "Your sessions" }).click();
  await expect(page.getByRole("row").filter({ hasText: "stead on a test" })).toBeVisible();
});
