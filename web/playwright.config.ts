import { defineConfig } from "@playwright/test";

/** Every page against the mock server inside the browser. `npm run test:ui` builds it first. */
export default defineConfig({
  testDir: "tests/ui",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: [["list"]],
  timeout: 30_000,
  expect: { timeout: 8000 },
  use: {
    baseURL: "http://127.0.0.1:4173",
    locale: "en-GB",
    timezoneId: "Europe/Helsinki",
    trace: "retain-on-failure",
    launchOptions: chromium(),
  },
  webServer: {
    command: "npm run preview:mock",
    url: "http://127.0.0.1:4173/theme.js",
    reuseExistingServer: false,
  },
});

export function chromium() {
  return {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  };
}
