import { expect, test, type Browser, type BrowserContext, type Page } from "@playwright/test";

import { GREETING, type World } from "./world";

const world = JSON.parse(process.env["STEAD_E2E_WORLD"] ?? "{}") as World;

// One person, one browser: each test goes on where the one before it ended.
test.describe.configure({ mode: "serial" });

let context: BrowserContext;
let page: Page;

test.beforeAll(async ({ browser }: { browser: Browser }) => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: world.url });
  page = await context.newPage();
});

test.afterAll(async () => {
  await context.close();
});

const screen = () => page.locator(".xterm-rows");

async function type(line: string): Promise<void> {
  await page.locator(".xterm-screen").click();
  await page.keyboard.type(`${line}\n`);
}

/** Address of the preview of a port, as the page links it. */
async function previewUrl(port: number): Promise<string> {
  await page.goto("/instances/shop/ports");
  const link = page.getByRole("link", { name: new RegExp(`//${port}--shop`) });
  await expect(link).toBeVisible();
  return (await link.getAttribute("href")) ?? "";
}

test("the link of `stead up` signs in, once", async ({ browser }) => {
  await page.goto(world.signInLink);
  await expect(page.getByRole("heading", { name: "Instances" })).toBeVisible();
  expect(page.url()).not.toContain(world.signInLink.split("#")[1]);
  const stranger = await browser.newPage();
  await stranger.goto(world.signInLink);
  await expect(stranger.getByRole("alert")).toContainText("stead dashboard");
  await stranger.close();
});

test("a repository that is not there is a problem with a next step", async () => {
  await page
    .getByRole("button", { name: /New instance|Open a repository/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByLabel("Repository", { exact: true })
    .fill(world.repository.replace("shop.git", "nowhere.git"));
  await dialog.getByRole("button", { name: "Create instance" }).click();
  await expect(page).toHaveURL(/\/instances\/nowhere/);
  const failure = page
    .getByRole("alert")
    .filter({ hasText: /There is no git repository/ })
    .first();
  await expect(failure).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/failed-create.png" });
});

test("a repository becomes a workspace and its startup task is seen", async () => {
  await page.goto("/instances?create=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Repository", { exact: true }).fill(world.repository);
  await dialog.getByRole("button", { name: "Create instance" }).click();
  await expect(page).toHaveURL(/\/instances\/shop$/);
  await expect(page.getByText("Create in progress")).toBeHidden();
  await expect(page.getByRole("heading", { name: "shop" })).toBeVisible();
  await expect(page.getByText("Running", { exact: true }).first()).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/overview.png" });
  await page.getByRole("link", { name: "Console" }).first().click();
  await expect(screen()).toContainText(GREETING);
  await page.screenshot({ path: "screenshots/e2e/console.png" });
});

test("the terminal runs what is typed and is redrawn after a reload", async () => {
  await page.goto("/instances/shop/terminal");
  await expect(screen()).toContainText("/workspace");
  await type(
    "echo $((40 + 2)) > answer.txt; mkdir -p site; echo 'hello from the shop' > site/index.html; cat answer.txt shelves.txt",
  );
  await expect(screen()).toContainText(GREETING);
  await type("cd site && python3 -m http.server 8000");
  await expect(screen()).toContainText("Serving HTTP on");
  await page.screenshot({ path: "screenshots/e2e/terminal.png" });
  const before = await screen().innerText();
  await page.reload();
  await expect(screen()).toContainText("Serving HTTP on");
  expect((await screen().innerText()).trimEnd()).toBe(before.trimEnd());
});

test("the port appears; its preview is private until it is public", async ({ browser }) => {
  const address = await previewUrl(8000);
  await expect(page.getByRole("row").filter({ hasText: "8000" })).toContainText("Listening");
  await page.screenshot({ path: "screenshots/e2e/ports.png" });

  // Through the ticket: from the preview's host to the dashboard's and back, with a cookie of its own.
  const [preview] = await Promise.all([
    context.waitForEvent("page"),
    page.getByRole("link", { name: /\/\/8000--shop/ }).click(),
  ]);
  await expect(preview.getByText("hello from the shop")).toBeVisible();
  expect(preview.url()).toBe(address);
  const cookies = await context.cookies(address);
  expect(cookies.map((cookie) => cookie.name)).toContain("stead_preview");
  expect(cookies.map((cookie) => cookie.name)).not.toContain("stead_session");
  await preview.close();

  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(address);
  await expect(theirs.getByText("hello from the shop")).toBeHidden();
  expect(theirs.url()).toContain(new URL(world.url).host);

  await page
    .getByRole("group", { name: "Who may open port 8000" })
    .getByRole("button", { name: "Public" })
    .click();
  await expect(page.getByText("Port 8000 is public")).toBeVisible();
  await theirs.goto(address);
  await expect(theirs.getByText("hello from the shop")).toBeVisible();
  await stranger.close();
});

test("a declared port without a listener explains itself", async () => {
  const address = await previewUrl(9000);
  const preview = await context.newPage();
  await preview.goto(address);
  await expect(preview.getByText(/nothing listens|no program listens|is listening/i).first()).toBeVisible();
  await preview.screenshot({ path: "screenshots/e2e/preview-nothing-listens.png" });
  await preview.close();
});

test("files stay over a stop and a start", async () => {
  const address = await previewUrl(8000);
  await page.goto("/instances/shop");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("Stopped", { exact: true }).first()).toBeVisible();
  const preview = await context.newPage();
  await preview.goto(address);
  await expect(preview.getByText(/stopped|does not run|sleep/i).first()).toBeVisible();
  await preview.screenshot({ path: "screenshots/e2e/preview-stopped.png" });
  await preview.close();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByText("Running", { exact: true }).first()).toBeVisible();
  await page.goto("/instances/shop/terminal");
  await expect(screen()).toContainText("/workspace");
  await type("echo answer=$(cat answer.txt)");
  await expect(screen()).toContainText("answer=42");
});

test("the history tells who did what", async () => {
  await page.goto("/operations");
  await page.getByRole("link", { name: "Stop" }).first().click();
  await expect(page.getByRole("heading", { name: "Steps" })).toBeVisible();
  await expect(page.getByText("Asked by")).toBeVisible();
  await expect(page.getByText("Owner", { exact: true }).first()).toBeVisible();
  await page.screenshot({ path: "screenshots/e2e/operation.png" });
});

test("deleting wants the name and leaves nothing in the list", async () => {
  await page.goto("/instances/shop/settings");
  await page.getByRole("button", { name: "Delete shop…" }).click();
  const dialog = page.getByRole("dialog");
  const doomed = dialog.getByRole("button", { name: "Delete shop", exact: true });
  await expect(doomed).toBeDisabled();
  await dialog.getByLabel("Type shop to go on").fill("shop");
  await page.screenshot({ path: "screenshots/e2e/delete.png" });
  await doomed.click();
  await expect(page).toHaveURL(/\/instances$/);
  await expect(page.getByRole("link", { name: "shop", exact: true })).toBeHidden();
});
