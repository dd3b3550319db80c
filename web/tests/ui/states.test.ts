/** What a page is before, without and instead of its data, and by keys alone. */
import { expect, test, type Page } from "@playwright/test";

import { open } from "./open";

test.use({ viewport: { width: 1360, height: 860 } });

interface Sample {
  path: string;
  title: string;
  /** The address of the API that the page lives by. */
  api: string;
  /** Text that is there once it has been read. */
  ready: string;
  /** What must be reachable by Tab. */
  reach: string[];
}

const SAMPLES: readonly Sample[] = [
  {
    path: "/instances",
    title: "Instances",
    api: "/v1/instances",
    ready: "agent-refactor",
    reach: ["New instance", "shop", "Actions for shop"],
  },
  {
    path: "/operations",
    title: "Operations",
    api: "/v1/operations",
    ready: "Succeeded",
    reach: ["Unfinished only", "Stop"],
  },
  { path: "/nodes", title: "Nodes", api: "/v1/nodes", ready: "Embedded sandbox", reach: ["Theme"] },
  {
    path: "/account/security",
    title: "Your security",
    api: "/v1/me/passkeys",
    ready: "Ada's phone",
    reach: ["Add a passkey", "Rename Ada's phone", "Set up", "Link Acme directory…", "Unlink GitHub"],
  },
  {
    path: "/account/tokens",
    title: "API tokens",
    api: "/v1/tokens",
    ready: "grafana",
    reach: ["New token", "Revoke grafana"],
  },
  {
    path: "/team",
    title: "Members",
    api: "/v1/tenants/ten_01jb000000000000000000acme/members",
    ready: "Grace Hopper",
    reach: ["Invite", "Role of Grace Hopper", "Remove Grace Hopper"],
  },
  {
    path: "/settings/webhooks",
    title: "Webhooks",
    api: "/v1/webhooks",
    ready: "deploy bot",
    reach: ["New webhook", "deploy bot"],
  },
  {
    path: "/audit",
    title: "Audit",
    api: "/v1/audit",
    ready: "instance.update",
    reach: ["Export", "What", "instance.update", "Verify now"],
  },
];

/** Has the mock server answer one address late or never. */
async function trouble(page: Page, api: string, kind: "slow" | "broken"): Promise<void> {
  await page.addInitScript(
    ({ api, kind }) => {
      let answer = window.fetch.bind(window);
      const troubled: typeof fetch = async (input, init) => {
        const request = new Request(input, init);
        if (request.method !== "GET" || new URL(request.url).pathname !== api) return answer(input, init);
        if (kind === "slow") await new Promise<void>((go) => Object.assign(window, { letGo: () => go() }));
        else
          return new Response(
            JSON.stringify({ status: 503, code: "database_busy", detail: "The database does not answer." }),
            { status: 503, headers: { "content-type": "application/problem+json" } },
          );
        return answer(input, init);
      };
      // The mock server takes the place of fetch; whoever asks gets ours around it.
      Object.defineProperty(window, "fetch", {
        configurable: true,
        get: () => troubled,
        set: (next: typeof fetch) => (answer = next),
      });
    },
    { api, kind },
  );
}

for (const { path, title, api, ready, reach } of SAMPLES) {
  test(`${path} says that it reads, names itself, and shows what came`, async ({ page }) => {
    await trouble(page, api, "slow");
    await open(page, path);
    await expect(page.locator("main").getByRole("status", { name: "Loading" }).first()).toBeVisible();
    await expect(page).toHaveTitle(`${title} · Stead`);
    await page.waitForFunction(() => "letGo" in window);
    await page.evaluate(() => (window as unknown as { letGo: () => void }).letGo());
    await expect(page.getByText(ready).first()).toBeVisible();
    await expect(page.locator("main").getByRole("status", { name: "Loading" })).toHaveCount(0);
    await expect(page.locator("h1")).toHaveCount(1);
  });

  test(`${path} says why it shows nothing`, async ({ page }) => {
    await trouble(page, api, "broken");
    await open(page, path);
    await expect(page.locator("main").getByRole("alert").first()).toContainText(
      "The database does not answer",
      {
        timeout: 15_000,
      },
    );
    await expect(page).toHaveTitle(`${title} · Stead`);
  });

  test(`${path} is worked by keys, and shows where they are`, async ({ page }) => {
    await open(page, path);
    await expect(page.getByText(ready).first()).toBeVisible();
    const met: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement) || element === document.body) return undefined;
        const labels =
          element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null;
        const name = element.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? element.textContent;
        // A radio or check box that is drawn by its label is marked there.
        const drawn =
          element instanceof HTMLInputElement && element.classList.contains("sr-only")
            ? element.parentElement
            : element;
        const style = getComputedStyle(drawn ?? element);
        const box = (drawn ?? element).getBoundingClientRect();
        return {
          name: name.trim(),
          marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
          seen:
            box.bottom > 0 &&
            box.top < innerHeight &&
            box.right > 0 &&
            box.left < innerWidth &&
            box.width > 0,
        };
      });
      if (!at) break;
      expect(at, `${at.name} has a mark and is in view`).toMatchObject({ marked: true, seen: true });
      expect(at.name, "what has the focus has a name").not.toBe("");
      met.push(at.name);
    }
    for (const name of reach) expect(met).toContain(name);
  });
}

test("a page that is not there names itself", async ({ page }) => {
  await open(page, "/nowhere");
  await expect(page).toHaveTitle("No such page · Stead");
});
