import { expect, test } from "@playwright/test";

import { open } from "./open";

test.use({ viewport: { width: 1360, height: 860 } });

/** Proves who one is, wherever the window that asks for it comes up. */
async function prove(page: import("@playwright/test").Page): Promise<void> {
  const proof = page.getByRole("dialog", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(proof).toBeHidden();
}

test("the switch finds tenants by key and makes new ones", async ({ page }) => {
  await open(page, "/instances");
  await page.getByRole("button", { name: "Tenant: Acme. Switch" }).first().click();
  await expect(page.getByRole("option", { name: /Ada Byron/ })).toBeVisible();
  await page.screenshot({ path: "screenshots/light/tenant-switch.png" });
  await page.getByRole("option", { name: "New tenant…" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Skunk works");
  await expect(page.getByText('stead tenants create "Skunk works"')).toBeVisible();
  await page.screenshot({ path: "screenshots/light/tenant-new.png" });
});

test("a role is changed in place, a member removed with what it means", async ({ page }) => {
  await open(page, "/team");
  await page.getByLabel("Role of Alan Turing").selectOption("guest");
  await expect(page.getByText("Alan Turing is Guest now")).toBeVisible();
  await page.getByRole("button", { name: "Remove Alan Turing" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("within a second");
  await page.screenshot({ path: "screenshots/light/member-remove.png" });
  await dialog.getByRole("button", { name: "Remove Alan Turing" }).click();
  await expect(page.getByRole("cell", { name: /Alan Turing/ })).toHaveCount(0);
});

test("an invitation shows its link once", async ({ page }) => {
  await open(page, "/team");
  await page.getByRole("link", { name: "Invite" }).click();
  await page.getByLabel("E-mail").fill("alan@acme.dev");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("a member already");
  await page.getByLabel("E-mail").fill("joan@acme.dev");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("invite-link")).toContainText("/invite#");
  await page.screenshot({ path: "screenshots/light/invited.png" });
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("joan@acme.dev")).toBeVisible();
});

test("an own role is edited in the matrix; built-in ones are not", async ({ page }) => {
  await open(page, "/team/roles");
  await expect(page.getByRole("button", { name: "Edit owner" })).toHaveCount(0);
  await page.getByRole("button", { name: "Edit Deployer" }).click();
  const box = page.getByRole("checkbox", { name: /Deployer: terminals/ });
  await expect(box).not.toBeChecked();
  await box.check();
  await page.screenshot({ path: "screenshots/light/roles-edit.png" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Deployer saved")).toBeVisible();
  await expect(box).toHaveCount(0);
  await page.getByRole("button", { name: "Delete Deployer" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("Withdraw it");
});

test("deleting a tenant names the days it can be restored, and it can", async ({ page }) => {
  await open(page, "/settings");
  await page.getByRole("button", { name: "Delete Acme…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("After 30 days");
  await dialog.getByLabel("Type Acme to go on").fill("Acme");
  await page.screenshot({ path: "screenshots/light/tenant-delete.png" });
  await dialog.getByRole("button", { name: "Delete Acme", exact: true }).click();
  await prove(page);
  await expect(page).toHaveURL(/\/account\/tenants/);
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Acme Labs is back")).toBeVisible();
});

test("the last owner is told why leaving does not work", async ({ page }) => {
  await open(page, "/settings");
  await page.getByRole("button", { name: "Leave Acme…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave Acme" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("Make somebody else an owner");
});

test("a wrong network is refused at its field", async ({ page }) => {
  await open(page, "/settings/security");
  await page.getByLabel("Networks, one a line").fill("office");
  await page.getByRole("button", { name: "Save" }).last().click();
  await prove(page);
  await expect(page.getByRole("alert")).toContainText("no network");
});

test("a webhook is made, tested and delivered again", async ({ page }) => {
  await open(page, "/settings/webhooks");
  await page.getByRole("button", { name: "New webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("inventory");
  await dialog.getByLabel("Address").fill("https://example.org/hooks");
  await dialog.getByLabel("All, also those").uncheck();
  await page.screenshot({ path: "screenshots/light/webhook-new.png" });
  await dialog.getByRole("button", { name: "Create webhook" }).click();
  await expect(page.getByTestId("secret")).toContainText("whsec_");
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("link", { name: "deploy bot" }).click();
  await page.getByRole("button", { name: "Test" }).click();
  await expect(page.getByRole("row", { name: /test waiting/ })).toBeVisible();
  await page.getByRole("button", { name: "instance.failed" }).first().click();
  await expect(page.getByRole("dialog")).toContainText("upstream is restarting");
  await page.screenshot({ path: "screenshots/light/delivery.png" });
});

test("a changed webhook keeps the address that is not shown whole", async ({ page }) => {
  await open(page, "/settings/webhooks/wh_discord");
  await page.getByRole("button", { name: "Change" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Address")).toHaveValue("");
  await expect(dialog.getByText("stays as it is")).toBeVisible();
  await dialog.getByLabel("Name", { exact: true }).fill("#alerts");
  await page.screenshot({ path: "screenshots/light/webhook-change.png" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "#alerts" }).first()).toBeVisible();
  await expect(page.getByText("https://discord.com/…")).toBeVisible();
});

test("the audit log is filtered, opened and verified", async ({ page }) => {
  await open(page, "/audit");
  await page.getByRole("button", { name: "instance.update" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("resources.cpu_millis");
  await expect(dialog).not.toContainText("idle_timeout_seconds");
  await page.screenshot({ path: "screenshots/light/audit-event.png" });
  await page.keyboard.press("Escape");
  await page.getByLabel("What").selectOption("sign_in.*");
  await expect(page).toHaveURL(/action=sign_in/);
  await expect(page.getByRole("button", { name: "instance.update" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "sign_in.refuse" })).toBeVisible();
  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByText("All 1,842 entries agree")).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByRole("menuitem", { name: /JSON Lines/ })).toHaveAttribute(
    "href",
    /format=jsonl&action=sign_in/,
  );
});

test("the bell counts, shows and forgets", async ({ page }) => {
  await open(page, "/instances");
  await page.getByRole("button", { name: "Notifications, 2 unread" }).click();
  await expect(page.getByText("survival failed")).toBeVisible();
  await page.screenshot({ path: "screenshots/light/inbox.png" });
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Notifications", exact: true })).toBeVisible();
});

test("an operator keeps somebody out, sets quotas and sees the plan of a rotation", async ({ page }) => {
  await open(page, "/operator/users");
  await page.getByRole("button", { name: "Keep Alan Turing out" }).click();
  await page.getByRole("button", { name: "Keep out", exact: true }).click();
  await expect(page.getByRole("button", { name: "Let Alan Turing in" })).toBeVisible();
  await page.goto("/operator");
  await page.getByRole("button", { name: "Quotas of Acme", exact: true }).click();
  await page.getByLabel("Memory").fill("lots");
  await expect(page.getByRole("alert")).toContainText("64 GiB");
  await page.screenshot({ path: "screenshots/light/quota-edit.png" });
  await page.getByLabel("Memory").fill("96 GiB");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Quotas of Acme saved")).toBeVisible();
  await page.goto("/operator/keys");
  await page.getByRole("button", { name: "Rotate the master key" }).click();
  await prove(page);
  await expect(page.getByRole("dialog")).toContainText("Wraps 14 data keys anew");
  await page.screenshot({ path: "screenshots/light/rotate.png" });
});

test("access to one instance is given and taken away", async ({ page }) => {
  await open(page, "/instances/docs/access");
  await page.getByRole("button", { name: "Give access" }).click();
  await page.getByLabel("Who").selectOption({ label: "Alan Turing (Member)" });
  await page.getByRole("dialog").getByRole("button", { name: "Give access" }).click();
  await expect(page.getByRole("cell", { name: /alan@acme/ })).toBeVisible();
  await page.getByRole("button", { name: /Take the access/ }).click();
  await page.getByRole("button", { name: "Take it away?" }).click();
  await expect(page.getByText("Everybody has what their role gives")).toBeVisible();
});
