// Loads a page in Chromium with an empty cache and prints what came over the wire as JSON: `node scripts/transferred.mjs URL`.
import { chromium } from "@playwright/test";

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const page = await browser.newPage();
  const wire = await page.context().newCDPSession(page);
  const loaded = { bytes: 0, requests: 0, uncompressed: 0 };
  wire.on("Network.loadingFinished", (event) => {
    loaded.bytes += event.encodedDataLength;
    loaded.requests += 1;
  });
  wire.on("Network.dataReceived", (event) => {
    loaded.uncompressed += event.dataLength;
  });
  await wire.send("Network.enable");
  await page.goto(process.argv[2], { waitUntil: "networkidle" });
  process.stdout.write(`${JSON.stringify(loaded)}\n`);
} finally {
  await browser.close();
}
