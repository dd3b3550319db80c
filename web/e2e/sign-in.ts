import { expect, type Page } from "@playwright/test";

/** Opens the dashboard signed in, with the link that the environment gives. */
export async function signIn(page: Page): Promise<void> {
  const link = process.env["STEAD_SIGN_IN_LINK"];
  if (!link) throw new Error("Set STEAD_SIGN_IN_LINK to a fresh sign-in link of the server under test.");
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Instances" })).toBeVisible();
}
