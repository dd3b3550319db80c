import { defineConfig } from "@playwright/test";

import { chromium } from "./playwright.config";

/**
 * Against a real server: STEAD_URL is its address, STEAD_SIGN_IN_LINK a fresh sign-in link
 * (`stead dashboard --print`), used once by the first test that needs it.
 */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // One world, shared by all tests.
  workers: 1,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: process.env["STEAD_URL"] ?? "http://localhost:7433",
    trace: "retain-on-failure",
    launchOptions: chromium(),
  },
});
