import { expect, test } from "@playwright/test";

import { open } from "./open";

test.use({ viewport: { width: 1360, height: 860 } });

test("a sign-in link signs in once and leaves no trace in the address", async ({ page }) => {
  await open(page, "/sign-in#k3vY8wq2ZtN5rB1mC7xD0sLpJ4hFgA6e", "anonymous");
  await expect(page.getByRole("heading", { name: "Instances" })).toBeVisible();
  expect(page.url()).not.toContain("k3vY8");
  await page.goBack();
  expect(page.url()).not.toContain("k3vY8");
});

test("a used link says so and what to do", async ({ page }) => {
  await open(page, "/sign-in#used-already", "anonymous");
  await expect(page.getByRole("alert")).toContainText("was used already");
  await expect(page.getByRole("alert")).toContainText("stead dashboard");
});

test("keys move, select, filter and open", async ({ page }) => {
  await open(page, "/instances");
  await expect(page.getByRole("link", { name: "shop", exact: true })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.getByText("1 selected")).toBeVisible();
  await page.screenshot({ path: "screenshots/light/selection.png" });
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("billing");
  await expect(page.getByRole("link", { name: "shop", exact: true })).toBeHidden();
  await expect(page).toHaveURL(/q=billing/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/\/instances\/billing-api\/terminal/);
  await expect(page.locator(".xterm-rows")).toContainText("45 passed");
});

test("a terminal echoes, ends with a notice and opens anew", async ({ page }) => {
  await open(page, "/instances/shop/terminal");
  await expect(page.locator(".xterm-rows")).toContainText("45 passed");
  await page.locator(".xterm-screen").click();
  await page.keyboard.type("whoami\n");
  await expect(page.locator(".xterm-rows")).toContainText(/whoami\s*ada/);
  await page.keyboard.type("exit\n");
  await expect(page.getByText("The shell ended with exit code 0.")).toBeVisible();
  await page.screenshot({ path: "screenshots/light/terminal-ended.png" });
  await page.getByRole("button", { name: "New terminal" }).last().click();
  await expect(page.getByRole("button", { name: "bash 3", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
});

test("creating shows errors at their fields, then the steps as they happen", async ({ page }) => {
  await open(page, "/instances");
  await page.getByRole("button", { name: "New instance" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create instance" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Enter the address");
  await dialog.getByLabel("Repository", { exact: true }).fill("nonsense");
  await dialog.getByRole("textbox", { name: /^Name/ }).fill("Not A Name");
  await dialog.getByRole("button", { name: "Create instance" }).click();
  await expect(dialog.getByText("Use lower-case letters")).toBeVisible();
  await expect(dialog.getByText("This is no git address")).toBeVisible();
  await page.screenshot({ path: "screenshots/light/create-errors.png" });
  await dialog.getByLabel("Repository", { exact: true }).fill("https://github.com/acme/blog.git");
  await dialog.getByRole("textbox", { name: /^Name/ }).fill("blog");
  await dialog.getByRole("button", { name: "Create instance" }).click();
  await expect(page).toHaveURL(/\/instances\/blog$/);
  await expect(page.getByText("Create in progress")).toBeVisible();
  await expect(page.getByText("Clone the repository")).toBeVisible();
  await expect(page.getByText("Started by Ada")).toBeVisible();
  await expect(page.getByText("Create in progress")).toBeHidden();
});

test("stopping updates the page by events and leads to the operation", async ({ page }) => {
  await open(page, "/instances/shop");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("Stopped by Ada")).toBeVisible();
  await page.getByRole("link", { name: "Show the steps" }).click();
  await expect(page.getByRole("heading", { name: "Steps" })).toBeVisible();
  await expect(page.getByText("Stop the sandbox").first()).toBeVisible();
});

test("deleting names what is lost and wants the name", async ({ page }) => {
  await open(page, "/instances/shop/settings");
  await page.getByRole("button", { name: "Delete shop…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("what was never pushed")).toBeVisible();
  const doomed = dialog.getByRole("button", { name: "Delete shop", exact: true });
  await expect(doomed).toBeDisabled();
  await dialog.getByLabel("Type shop to go on").fill("shop");
  await page.screenshot({ path: "screenshots/light/delete.png" });
  await doomed.click();
  await expect(page).toHaveURL(/\/instances$/);
  await expect(page.getByRole("link", { name: "shop", exact: true })).toBeHidden();
});

test("renaming follows to the new address", async ({ page }) => {
  await open(page, "/instances/shop/settings");
  await page.getByLabel("Name", { exact: true }).fill("store");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page).toHaveURL(/\/instances\/store\/settings/);
  await expect(page.getByRole("heading", { name: "store" })).toBeVisible();
});

test("the palette reaches pages, instances and actions", async ({ page }) => {
  await open(page, "/nodes");
  await expect(page.getByText("Embedded sandbox").first()).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.screenshot({ path: "screenshots/light/palette-first.png" });
  await page.keyboard.type("term agent");
  await expect(page.getByRole("option").first()).toContainText("Terminal of agent-refactor");
  await page.screenshot({ path: "screenshots/light/palette.png" });
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/agent-refactor\/terminal/);
});

test("a port changes who may open it", async ({ page }) => {
  await open(page, "/instances/shop/ports");
  const group = page.getByRole("group", { name: "Who may open port 3000" });
  await group.getByRole("button", { name: "Public" }).click();
  await expect(group.getByRole("button", { name: "Public" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("Port 3000 is public")).toBeVisible();
  await page.getByRole("button", { name: "Add port" }).click();
  await page.getByLabel("Port", { exact: true }).fill("70000");
  await page.getByRole("dialog").getByRole("button", { name: "Add port" }).click();
  await expect(page.getByRole("alert")).toContainText("1 to 65535");
  await page.getByLabel("Port", { exact: true }).fill("8000");
  await page.getByRole("dialog").getByRole("button", { name: "Add port" }).click();
  await expect(page.getByRole("cell", { name: "8000", exact: true })).toBeVisible();
});

test("a token's secret is shown once", async ({ page }) => {
  await open(page, "/account/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("deploy");
  await page.screenshot({ path: "screenshots/light/token.png" });
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByTestId("secret")).toContainText("stead_");
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText("stead_7pRnW2vX")).toBeHidden();
  await expect(page.getByText("deploy")).toBeVisible();
});

test("a lost connection says so quietly", async ({ page }) => {
  await open(page, "/instances", "offline");
  await expect(page.getByText("Connection lost, retrying")).toBeVisible();
  await expect(page.getByRole("link", { name: "shop", exact: true })).toBeVisible();
});

test("the console pauses while one scrolls and follows again", async ({ page }) => {
  await open(page, "/instances/shop/console");
  await expect(page.locator(".xterm-rows")).toContainText("INFO");
  await page.locator(".xterm-screen").hover();
  await expect(async () => {
    await page.mouse.wheel(0, -2000);
    await expect(page.locator(".xterm-rows")).toContainText("bytes are not kept any more", { timeout: 200 });
  }).toPass();
  await expect(page.getByText("Scrolling paused")).toBeVisible();
  await page.screenshot({ path: "screenshots/light/console-paused.png" });
  await page.getByRole("button", { name: "Follow", exact: true }).click();
  await expect(page.getByText("Scrolling paused")).toBeHidden();
  await page.getByRole("button", { name: "Search" }).last().click();
  await page.keyboard.type("WARN");
  await expect(page.getByText(/\d+\/4/)).toBeVisible();
});

test("the reference tries a request with the session", async ({ page }) => {
  await open(page, "/reference");
  await page.getByRole("button", { name: /GET \/v1\/me Who/ }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.locator("pre[aria-label='The answer']")).toContainText("Ada Byron");
  await page.screenshot({ path: "screenshots/light/reference-open.png" });
});

test("on a phone the key row sends keys", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/instances/shop/terminal");
  await expect(page.locator(".xterm-rows")).toContainText("45 passed");
  await page.getByRole("button", { name: "Control", exact: true }).click();
  await expect(page.getByRole("button", { name: "Control", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await page.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type("c");
  await expect(page.locator(".xterm-rows")).toContainText("^C");
});
