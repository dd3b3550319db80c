import { defineConfig } from "@playwright/test";

import { chromium } from "./playwright.config";

/**
 * Against the real binary: STEAD_BINARY names it, `make e2e` builds it. The setup starts it in a temporary directory, with a git
 * server beside it, and takes everything down again.
 */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/setup.ts",
  globalTimeout: 900_000,
  outputDir: "test-results",
  // One world, shared by all tests.
  workers: 1,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    trace: "retain-on-failure",
    launchOptions: chromium(),
  },
});
