import { expect, type CDPSession, type Page } from "@playwright/test";

import { accountButton, Authenticator, fillCredentials, newcomer, signIn, signOut, test } from "./people";

/** A fingerprint reader inside the browser that always says yes. */
async function fingerprintReader(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id: authenticatorId };
}

/** The recovery codes that are on screen; puts them away. */
async function keepCodes(page: Page): Promise<string[]> {
  const dialog = page.getByRole("dialog", { name: "Keep these recovery codes" });
  const shown = dialog.getByTestId("recovery-codes").getByRole("listitem");
  await expect(shown).toHaveCount(10);
  const codes = await shown.allInnerTexts();
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
  return codes;
}

test("a passkey is made and signs in without anything typed", async ({ page }) => {
  const grace = await newcomer("Grace");
  const { cdp, id } = await fingerprintReader(page);
  await signIn(page, grace);
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Reader");
  await page.getByRole("button", { name: "Continue" }).click();
  await keepCodes(page);
  await expect(page.getByRole("row").filter({ hasText: "Reader" })).toBeVisible();
  expect((await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials).toHaveLength(1);

  await test.step("by the suggestion of the e-mail field alone", async () => {
    await signOut(page, grace);
    await expect(accountButton(page, grace)).toBeVisible();
  });
  await test.step("by the button, while that suggestion waits", async () => {
    // The reader is touched for the button alone, so what the field asked goes on waiting.
    const asked: string[] = [];
    await page.exposeFunction("reach", async (mediation: string) => {
      const enabled = mediation !== "conditional";
      await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: id, enabled });
      asked.push(mediation);
    });
    await page.addInitScript(() => {
      const ask = navigator.credentials.get.bind(navigator.credentials);
      const { reach } = window as unknown as { reach: (mediation: string) => Promise<void> };
      navigator.credentials.get = async (options) => {
        await reach(options?.mediation ?? "optional");
        return ask(options);
      };
    });
    await signOut(page, grace);
    await expect.poll(() => asked).toEqual(["conditional"]);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(accountButton(page, grace)).toBeVisible();
  });
  await page.goto("/account/sessions");
  await expect(page.getByRole("row").filter({ hasText: "this one" })).toContainText("by passkey");
});

test("codes of an app, and recovery codes, after the password", async ({ page }) => {
  const alan = await newcomer("Alan");
  await signIn(page, alan);
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Set up" }).click();
  const app = new Authenticator(await page.getByTestId("totp-secret").innerText());
  await page.getByLabel("Code from the app").fill(app.next());
  await page.getByRole("button", { name: "Turn on" }).click();
  const [paper = ""] = await keepCodes(page);
  await page.reload();
  await expect(page.getByText("10 left")).toBeVisible();
  await expect(page.getByText(paper)).toHaveCount(0);

  await test.step("a code of the app", async () => {
    await signOut(page, alan);
    await fillCredentials(page, alan);
    await page.getByLabel("Code from your authenticator app").fill(app.next());
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(accountButton(page, alan)).toBeVisible();
  });
  await test.step("a recovery code", async () => {
    await signOut(page, alan);
    await onPaper(paper);
    await expect(accountButton(page, alan)).toBeVisible();
  });
  await test.step("the same one again is refused", async () => {
    await signOut(page, alan);
    await onPaper(paper);
    await expect(page.getByRole("alert")).toBeVisible();
    await page.screenshot({ path: "screenshots/e2e/recovery-code-used.png" });
    await expect(page.getByRole("heading", { name: "One more proof" })).toBeVisible();
  });

  async function onPaper(code: string): Promise<void> {
    await fillCredentials(page, alan);
    await page.getByRole("button", { name: /Use a recovery code/ }).click();
    await page.getByLabel("Recovery code").fill(code);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }
});
