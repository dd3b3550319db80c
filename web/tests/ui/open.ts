import type { Page } from "@playwright/test";

/** Opens a page of the mock server's world. What a test changes there stays until it ends. */
export async function open(page: Page, path: string, mock = "rich"): Promise<void> {
  await page.addInitScript((scenario) => {
    if (!sessionStorage.getItem("begun")) localStorage.setItem("stead.mock", scenario);
    sessionStorage.setItem("begun", "1");
  }, mock);
  await page.goto(path);
}
