import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, type Page } from "@playwright/test";

import { change, fillCredentials, newcomer, signIn, test } from "./people";

/** The words of the frame's rail. */
const rail = (page: Page) => page.getByRole("navigation", { name: "Main" });

/** Somebody who is signed in and owns a tenant, which is open. Answers its id. */
async function owner(page: Page, tenant: string): Promise<string> {
  await signIn(page, await newcomer("Olga"));
  await page.getByRole("button", { name: /^Tenant: / }).click();
  await page.getByRole("option", { name: "New tenant…" }).click();
  await page.getByLabel("Name", { exact: true }).fill(tenant);
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.getByRole("button", { name: `Tenant: ${tenant}. Switch` })).toBeVisible();
  return (await page.evaluate(() => localStorage.getItem("stead.tenant"))) ?? "";
}

test("somebody joins by a link, becomes a guest, and is out within a second", async ({ page, browser }) => {
  const tenant = await owner(page, "Harbour");
  await change(page.request, "/v1/instances", { name: "crane" }, tenant);

  await rail(page).getByRole("link", { name: "Team" }).click();
  await page.getByRole("link", { name: "Invite" }).click();
  await page.getByText("A link", { exact: true }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = await page.getByTestId("invite-link").innerText();
  await page.getByRole("button", { name: "Done" }).click();

  const guest = await newcomer("Gustav");
  const context = await browser.newContext();
  const theirs = await context.newPage();
  const shell = theirs.locator(".xterm-rows");
  await test.step("the link leads through the sign-in into the tenant", async () => {
    await theirs.goto(link);
    await theirs.getByRole("link", { name: "I have an account" }).click();
    await fillCredentials(theirs, guest);
    await theirs.getByRole("button", { name: "Join Harbour" }).click();
    await expect(theirs.getByRole("button", { name: "Tenant: Harbour. Switch" })).toBeVisible();
    await expect(theirs.getByRole("button", { name: "New instance" })).toBeVisible();
  });
  await test.step("a member opens a terminal", async () => {
    await theirs.goto("/instances/crane/terminal");
    await expect(shell).toContainText("/workspace");
    await theirs.locator(".xterm-screen").click();
    await theirs.keyboard.type("echo $((6 * 7))\n");
    await expect(shell).toContainText("42");
  });

  await test.step("a guest is not offered what guests may not do", async () => {
    await page.goto("/team");
    await page.getByLabel("Role of Gustav").selectOption("guest");
    await expect(page.getByText("Gustav is Guest now")).toBeVisible();
    await expect(theirs.getByText("Your role does not open terminals")).toBeVisible();
    await theirs.screenshot({ path: "screenshots/e2e/guest-terminal.png" });
    await theirs.goto("/instances");
    await expect(theirs.getByText("crane")).toBeVisible();
    await expect(theirs.getByRole("button", { name: "New instance" })).toHaveCount(0);
    await expect(rail(theirs).getByRole("link", { name: "Audit" })).toHaveCount(0);
    await theirs.goto("/instances/crane");
    await expect(theirs.getByRole("heading", { name: "crane" })).toBeVisible();
    await expect(theirs.getByRole("button", { name: "Stop", exact: true })).toHaveCount(0);
    await expect(theirs.getByRole("link", { name: "Open terminal" })).toHaveCount(0);
    await theirs.screenshot({ path: "screenshots/e2e/guest.png" });
  });

  await test.step("as a member again, they are cut off when they are removed", async () => {
    await page.getByLabel("Role of Gustav").selectOption("member");
    await expect(page.getByText("Gustav is Member now")).toBeVisible();
    await theirs.goto("/instances/crane/terminal");
    await expect(shell).toContainText("/workspace");
    await page.getByRole("button", { name: "Remove Gustav" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove Gustav" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Gustav" })).toHaveCount(0);

    await expect(shell).toBeHidden({ timeout: 5000 });
    await expect(theirs.getByRole("button", { name: "Tenant: Gustav. Switch" })).toBeVisible();
    await expect(theirs.getByText("You have no access to that tenant any more")).toBeVisible();
    await theirs.screenshot({ path: "screenshots/e2e/removed.png" });
  });
  await context.close();

  await test.step("the audit log has it all", async () => {
    await rail(page).getByRole("link", { name: "Audit" }).click();
    for (const action of [
      "tenant.create",
      "invite.create",
      "member.join",
      "member.set_role",
      "member.remove",
    ])
      await expect(page.getByRole("row").filter({ hasText: action }).first()).toBeVisible();
    await page.screenshot({ path: "screenshots/e2e/audit.png" });
  });
});

test("a secret is kept and never shown again", async ({ page }) => {
  await owner(page, "Vault");
  const value = "tulips-are-cheaper-on-tuesdays";
  await page.goto("/settings/secrets");
  await page.getByRole("button", { name: "New secret" }).click();
  await page.getByLabel("Name", { exact: true }).fill("market-key");
  await page.getByLabel("Value", { exact: true }).fill(value);
  await page.getByRole("button", { name: "Keep secret" }).click();
  await expect(page.getByRole("row").filter({ hasText: "market-key" })).toContainText("MARKET_KEY");
  const answers: Promise<string>[] = [];
  page.on("response", (answer) => {
    if (answer.url().includes("/v1/") && !answer.url().endsWith("/v1/events"))
      answers.push(answer.text().catch(() => ""));
  });
  await page.reload();
  await page.getByRole("button", { name: "Versions of market-key" }).click();
  await expect(page.getByRole("dialog").getByText("current")).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/secret.png" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Set market-key" }).click();
  await expect(page.getByLabel("Value", { exact: true })).toHaveValue("");
  expect((await Promise.all(answers)).join("\n")).not.toContain(value);
  expect(await page.content()).not.toContain(value);
});

test("a webhook is tried out and its delivery is seen", async ({ page }) => {
  const heard: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const receiver = createServer((asked, answer) => {
    let body = "";
    asked.on("data", (piece: Buffer) => (body += piece.toString()));
    asked.on("end", () => {
      heard.push({ headers: asked.headers, body });
      answer.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  try {
    await owner(page, "Post office");
    await page.goto("/settings/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("parcel counter");
    await dialog.getByLabel("Address", { exact: true }).fill("http://10.0.0.1/hook");
    await dialog.getByRole("button", { name: "Create webhook" }).click();
    await expect(dialog.getByRole("alert")).toContainText("private network");
    await dialog.getByLabel("Address", { exact: true }).fill(`http://127.0.0.1:${port}/hook`);
    await dialog.getByRole("button", { name: "Create webhook" }).click();
    await expect(page.getByTestId("secret")).toHaveText(/^whsec_/);
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.getByRole("link", { name: "parcel counter" }).click();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(heard[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
    const delivery = page.getByRole("row").filter({ hasText: "204" });
    await expect(delivery).toBeVisible();
    await page.screenshot({ path: "screenshots/e2e/webhook.png" });
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
