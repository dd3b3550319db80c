import { execFileSync } from "node:child_process";

import { defineConfig } from "@playwright/test";

/** A free one, so that two runs on a machine keep out of each other's way. Workers read this file again and inherit it. */
const port = (process.env["STEAD_UI_PORT"] ??= execFileSync(
  process.execPath,
  [
    "-e",
    's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})',
  ],
  { encoding: "utf8" },
).trim());
const baseURL = `http://127.0.0.1:${port}`;

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
    baseURL,
    locale: "en-GB",
    timezoneId: "Europe/Helsinki",
    trace: "retain-on-failure",
    launchOptions: chromium(),
  },
  webServer: {
    command: `npm run preview:mock -- --port ${port}`,
    url: `${baseURL}/theme.js`,
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
