/**
 * The world of these tests: a real Stead in a temporary data directory, and a git server that instances can reach. Instances
 * cannot reach the host, so the git server gets a network namespace of its own, behind a veth pair.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface World {
  url: string;
  signInLink: string;
  /** Address of the repository whose startup task prints [`GREETING`]. */
  repository: string;
  credentials: string;
}

export const GREETING = "The shelves are filled";
const GIT_PORT = 8418;

const FILES: Record<string, string> = {
  "README.md": "# Shop\n\nA repository for tests.\n",
  "phazeai.yaml": [
    "resources: { cpu: 1, memory: 512MiB, disk: 1GiB }",
    "tasks:",
    "  - name: fill",
    `    command: echo "${GREETING}" > shelves.txt && cat shelves.txt`,
    "ports:",
    "  - { port: 9000, label: admin }",
    "",
  ].join("\n"),
};

/** Undone in reverse order, whatever happened. */
const undo: (() => void)[] = [];

export async function build(): Promise<World> {
  const binary = process.env["STEAD_BINARY"];
  if (!binary) throw new Error("Set STEAD_BINARY to the `stead` that is to be tested; `make e2e` does.");
  if (process.getuid?.() !== 0) throw new Error("These tests make network namespaces: run them as root.");
  const folder = mkdtempSync(join(tmpdir(), "stead-e2e-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const repository = await serveRepository(folder);
    return { repository, ...(await startStead(binary, folder)) };
  } catch (error) {
    demolish();
    throw error;
  }
}

export function demolish(): void {
  for (const step of undo.splice(0).reverse()) {
    try {
      step();
    } catch (error) {
      console.error("Cleaning up after the tests:", error);
    }
  }
}

async function serveRepository(folder: string): Promise<string> {
  const work = join(folder, "work");
  const served = join(folder, "served");
  mkdirSync(work);
  mkdirSync(served);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(work, name), text);
  const environment = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...words], {
      cwd: work,
      env: environment,
      stdio: "pipe",
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Open the shop");
  git("clone", "--quiet", "--bare", work, join(served, "shop.git"));

  // By process id, so that several runs on one machine do not meet.
  const number = process.pid % 16_000;
  const network = `10.${200 + (number >> 12)}.${(number >> 4) & 255}`;
  const [near, far] = [`${network}.${(number & 15) * 16 + 1}`, `${network}.${(number & 15) * 16 + 2}`];
  const namespace = `e2e-${process.pid}`;
  const [outside, inside] = [`e2o${process.pid}`, `e2i${process.pid}`];
  const ip = (...words: string[]) => execFileSync("ip", words, { stdio: "pipe" });
  ip("netns", "add", namespace);
  undo.push(() => ip("netns", "delete", namespace));
  ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", namespace);
  undo.push(() => ip("link", "delete", outside));
  ip("address", "add", `${near}/28`, "dev", outside);
  ip("link", "set", outside, "up");
  ip("-n", namespace, "address", "add", `${far}/28`, "dev", inside);
  ip("-n", namespace, "link", "set", inside, "up");
  ip("-n", namespace, "link", "set", "lo", "up");
  ip("-n", namespace, "route", "add", "default", "via", near);

  const script = fileURLToPath(new URL("git-server.py", import.meta.url));
  const server = spawn("ip", ["netns", "exec", namespace, "python3", script, served, far, String(GIT_PORT)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment,
  });
  undo.push(() => void server.kill("SIGKILL"));
  await firstLine(server, (line) => (line === "ready" ? true : undefined), "the git server");
  return `http://${far}:${GIT_PORT}/shop.git`;
}

async function startStead(binary: string, folder: string): Promise<Omit<World, "repository">> {
  const data = join(folder, "data");
  const credentials = join(folder, "credentials.json");
  // Outside the folder that is removed: what the server said is wanted when a test fails.
  const log = fileURLToPath(new URL("../test-results/stead.log", import.meta.url));
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, "");
  const environment = {
    STEAD_LOG: "info,stead=debug",
    ...process.env,
    STEAD_CREDENTIALS: credentials,
  };
  const stead = spawn(
    binary,
    [
      ...["--json", "up", "--data-dir", data, "--listen", "127.0.0.1:0", "--allow-private-networks"],
      // People sign up by themselves, and webhooks reach a receiver on this machine.
      ...["--sign-up", "open", "--outbound-allow", "127.0.0.1"],
    ],
    { env: environment, stdio: ["ignore", "pipe", "pipe"] },
  );
  stead.stderr.on("data", (text: Buffer) => writeFileSync(log, text, { flag: "a" }));
  // It stops what runs, then the server itself, and removes what was set up on the machine.
  undo.push(() => {
    execFileSync(binary, ["down", "--purge", "--yes", "--data-dir", data], {
      env: environment,
      stdio: "pipe",
      timeout: 120_000,
    });
  });
  try {
    const ready = await firstLine(
      stead,
      (line) => (JSON.parse(line) as { ready?: { url: string; sign_in_link: string } }).ready,
      "`stead up`",
    );
    return { url: ready.url, signInLink: ready.sign_in_link, credentials };
  } catch (error) {
    throw new Error(`${String(error)}\n${readFileSync(log, "utf8")}`, { cause: error });
  }
}

/** Reads lines until one gives something; goes on reading afterwards, or the process would block on a full pipe. */
function firstLine<T>(child: ChildProcess, read: (line: string) => T | undefined, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} was not ready within a minute.`)), 60_000);
    child.once("exit", (code) =>
      reject(new Error(`${name} ended with code ${code ?? "none"} before it was ready.`)),
    );
    if (!child.stdout) throw new Error(`${name} has no output.`);
    createInterface(child.stdout).on("line", (line) => {
      const found = read(line);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}
