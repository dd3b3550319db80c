import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { PAGES, SCREENS, type Shown } from "./pages";

for (const { screen, width, height, looks } of SCREENS) {
  test.describe(screen, () => {
    test.use({ viewport: { width, height }, isMobile: width < 500, hasTouch: width < 500 });
    for (const shown of PAGES) {
      test(`${shown.name} is drawn, fits and is accessible`, async ({ page }) => {
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error" && !message.text().includes("Failed to load resource"))
            problems.push(message.text());
        });
        await page.emulateMedia({ colorScheme: looks[0].theme });
        await draw(page, shown);
        for (const { look, theme, accessible } of looks) {
          await page.emulateMedia({ colorScheme: theme });
          await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
          await settled(page);
          await page.screenshot({ path: `screenshots/${look}/${shown.name}.png` });
          expect(problems).toEqual([]);
          await fits(page);
          if (accessible) await isAccessible(page, shown);
        }
      });
    }
  });
}

async function draw(page: Page, shown: Shown): Promise<void> {
  await page.addInitScript((mock) => {
    // The preview of a mail is a frame without storage.
    if (window.top !== window) return;
    if (!sessionStorage.getItem("begun")) localStorage.setItem("stead.mock", mock);
    sessionStorage.setItem("begun", "1");
  }, shown.mock ?? "rich");
  await page.goto(shown.path);
  await expect(page.getByText(shown.ready).first()).toBeVisible();
  if (shown.name === "operation") {
    await page.getByRole("link", { name: "Create" }).first().click();
    await expect(page.getByRole("heading", { name: "Log" })).toBeVisible();
    await expect(page.getByText("Placed on helsinki-1")).toBeVisible();
  }
  if (shown.name === "terminal") await expect(page.locator(".xterm-rows")).toContainText("45 passed");
  if (shown.name === "console") await expect(page.locator(".xterm-rows")).toContainText("INFO");
}

/**
 * Fonts are there, and no colour is on its way from one theme to the other. What runs is asked again each frame: the promise of
 * an animation whose element React takes away never settles.
 */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState === "finished" || one.effect?.getComputedTiming().endTime === Infinity),
  );
}

async function fits(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, "the page must not scroll sideways").toBeLessThanOrEqual(0);
  const cut = await page.evaluate(() =>
    Array.from(
      document.querySelectorAll("table"),
      (table) => table.scrollWidth - (table.parentElement?.clientWidth ?? 0),
    ),
  );
  for (const beyond of cut) expect(beyond, "a table must fit into its frame").toBeLessThanOrEqual(0);
}

async function isAccessible(page: Page, shown: Shown): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
    // Glyph cells of the terminal are no document; xterm keeps its own contrast.
    .exclude(".xterm")
    // Nothing can be put into the frame that shows a mail: it runs no scripts.
    .setLegacyMode(shown.name === "operator-templates")
    .analyze();
  expect(
    violations.map((violation) => ({
      id: violation.id,
      nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
    })),
  ).toEqual([]);
}
