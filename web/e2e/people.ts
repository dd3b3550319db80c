/** People of these tests, and what their browsers cannot do: read the mails that nobody sends, sign up from another address. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import { expect, test as plain, type APIRequestContext, type Page } from "@playwright/test";

import type { World } from "./world";

export const world = JSON.parse(process.env["STEAD_E2E_WORLD"] ?? "{}") as World;

export interface Person {
  name: string;
  email: string;
  password: string;
}

export const PASSWORD = "seven small boats at sea";

/** An operator's token: the one that `stead up` left for the command line. */
function operatorToken(): string {
  const kept = JSON.parse(readFileSync(world.credentials, "utf8")) as {
    logins: Record<string, { token?: string } | undefined>;
  };
  const token = kept.logins[new URL(world.url).origin]?.token;
  if (!token) throw new Error("There is no token of this machine.");
  return token;
}

let made = 0;
let places = 0;

/** A loopback address that nobody had before: the server counts attempts by address, and no test may use up another's. */
function ownAddress(): string {
  places += 1;
  return `127.${1 + (process.pid % 250)}.${(process.pid >> 8) & 255}.${places + 1}`;
}

/** The browser of each test comes from an address of its own, by way of a SOCKS proxy that leads to the server alone. */
export const test = plain.extend({
  baseURL: world.url,
  viewport: { width: 1280, height: 800 },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what is needed
  proxy: async ({}, use) => {
    const localAddress = ownAddress();
    const lines = new Set<Socket>();
    const proxy = createServer((near) => {
      lines.add(near.on("close", () => lines.delete(near)).on("error", () => near.destroy()));
      // RFC 1928: methods, then where to; both come in one piece here.
      near.once("data", () => {
        near.once("data", () => {
          const far = connect({ host: "127.0.0.1", port: Number(new URL(world.url).port), localAddress });
          far.once("connect", () => {
            near.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
            near.pipe(far).pipe(near);
          });
          far.on("error", () => near.destroy()).on("close", () => near.destroy());
          near.on("close", () => far.destroy());
        });
        near.write(Buffer.from([5, 0]));
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    await use({ server: `socks5://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    for (const line of lines) line.destroy();
    proxy.close();
  },
});

/** Somebody whom no other test knows. */
export function person(name: string): Person {
  made += 1;
  return { name, email: `${name.toLowerCase()}-${process.pid}-${made}@example.org`, password: PASSWORD };
}

/** Signs somebody up without a browser, and verifies their address. */
export async function newcomer(name: string): Promise<Person> {
  const who = person(name);
  const from = ownAddress();
  await post("/v1/auth/sign-up", { name, email: who.email, password: who.password }, from);
  const link = await mailedLink(who.email, "verify_email");
  await post("/v1/auth/verify-email", { token: link.split("#")[1] }, from);
  return who;
}

function post(path: string, body: unknown, localAddress: string): Promise<void> {
  const { port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method: "POST",
        localAddress,
        headers: { "content-type": "application/json", host: `localhost:${port}` },
      },
      (answer) => {
        answer.resume();
        const status = answer.statusCode ?? 0;
        if (status < 300) resolve();
        else reject(new Error(`${path} answered ${status}.`));
      },
    );
    asking.once("error", reject);
    asking.end(JSON.stringify(body));
  });
}

interface Mails {
  items: { kind: string; address: string; content?: { text: string } }[];
}

/** The link of the newest mail of this kind to this address, once it is there. Without a mail server operators read the mails. */
export async function mailedLink(address: string, kind: string): Promise<string> {
  let link: string | undefined;
  await expect
    .poll(async () => {
      const answer = await fetch(new URL("/v1/operator/mails", world.url), {
        headers: { authorization: `Bearer ${operatorToken()}` },
      });
      const { items } = (await answer.json()) as Mails;
      const mail = items.find((item) => item.kind === kind && item.address === address);
      link = /https?:\/\/\S+#\S+/.exec(mail?.content?.text ?? "")?.[0];
      return link;
    }, `a mail of the kind ${kind} to ${address}`)
    .toBeDefined();
  return link ?? "";
}

/** A fresh link that signs in whoever runs the installation. */
export async function operatorLink(): Promise<string> {
  const answer = await fetch(new URL("/v1/sign-in-links", world.url), {
    method: "POST",
    headers: { authorization: `Bearer ${operatorToken()}` },
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { url: string }).url;
}

export async function fillCredentials(page: Page, who: Person, password = who.password): Promise<void> {
  await page.getByLabel("E-mail", { exact: true }).fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function signIn(page: Page, who: Person): Promise<void> {
  await page.goto("/sign-in");
  await fillCredentials(page, who);
  await expect(accountButton(page, who)).toBeVisible();
}

export async function signOut(page: Page, who: Person): Promise<void> {
  await accountButton(page, who).click();
  const out = page.waitForEvent("framenavigated");
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await out;
}

export function accountButton(page: Page, who: Person) {
  return page.getByRole("button", { name: `Account of ${who.name}` });
}

/** Changes want to come from the server's own pages; a browser says so by itself, these requests have to. */
export async function change(api: APIRequestContext, path: string, data: unknown, tenant?: string) {
  const answer = await api.post(path, {
    data,
    headers: { origin: new URL(world.url).origin, ...(tenant ? { "stead-tenant": tenant } : {}) },
  });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

/** An authenticator app. Every code works once, and the server takes those of the steps around now: so it never shows one twice. */
export class Authenticator {
  private last = 0;

  constructor(private readonly secret: string) {}

  next(): string {
    this.last = Math.max(this.last + 1, Math.floor(Date.now() / 30_000));
    return totp(this.secret, this.last);
  }
}

/** RFC 6238 with its usual settings: SHA-1, six digits. */
function totp(secret: string, step: number): string {
  let bits = "";
  for (const letter of secret.replace(/[\s=]/g, "").toUpperCase())
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
