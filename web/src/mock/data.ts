/** Demo data of the mock server: a small team's week. */
import type {
  ApiToken,
  Instance,
  Me,
  Member,
  Node,
  Operation,
  Port,
  Session,
  Step,
  StepState,
} from "@/api/types";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const ada = {
  id: "user_01jb0000000000000000000ada",
  name: "Ada Byron",
  email: "ada@acme.dev",
  email_verified: true,
  created_at: ago(90_000),
};
const grace = {
  id: "user_01jb000000000000000000grace",
  name: "Grace Hopper",
  email: "grace@acme.dev",
  email_verified: true,
  created_at: ago(60_000),
};
export const alan = {
  id: "user_01jb0000000000000000000alan",
  name: "Alan Turing",
  email: "alan@acme.dev",
  email_verified: true,
  created_at: ago(20_000),
};

const acme = {
  id: "ten_01jb000000000000000000acme",
  name: "Acme",
  personal: false,
  role: "owner" as const,
  created_at: ago(90_000),
};
const personal = {
  id: "ten_01jb0000000000000000personal",
  name: "Ada Byron",
  personal: true,
  role: "owner" as const,
  created_at: ago(90_000),
};

export const me: Me = {
  user: ada,
  tenant: acme,
  tenants: [acme, personal],
  permissions: [
    "instance:read",
    "instance:write",
    "instance:connect",
    "operation:read",
    "operation:write",
    "tenant:read",
    "tenant:write",
    "tenant:export",
    "tenant:delete",
    "member:write",
    "role:write",
    "sso:read",
    "sso:write",
    "audit:read",
    "audit:write",
    "secret:read",
    "secret:write",
    "webhook:read",
    "webhook:write",
    "node:read",
    "account:read",
    "account:write",
    "operator:read",
    "operator:write",
  ],
  session_id: "sess_01jb00000000000000000here",
};

export const members: Member[] = [
  { user: ada, role: "owner", since: ago(90_000) },
  { user: grace, role: "admin", since: ago(60_000) },
  { user: alan, role: "member", since: ago(20_000) },
];

export const nodes: Node[] = [
  {
    id: "node_01jb0000000000000000helsinki",
    name: "helsinki-1",
    connected: true,
    last_seen_at: ago(0),
    version: "0.1.0",
    cpu_count: 16,
    memory_bytes: 64 * GIB,
    disk_free_bytes: 611 * GIB,
    instances: 6,
    drivers: [
      {
        driver: "oci",
        pause: true,
        images: true,
        host_userland: true,
        limits: true,
        disk_quota: true,
        outbound_network: true,
        missing: [],
      },
    ],
  },
  {
    id: "node_01jb000000000000000000attic",
    name: "attic",
    connected: false,
    last_seen_at: ago(47),
    version: "0.1.0",
    cpu_count: 4,
    memory_bytes: 8 * GIB,
    disk_free_bytes: 38 * GIB,
    instances: 1,
    drivers: [
      {
        driver: "oci",
        pause: false,
        images: true,
        host_userland: true,
        limits: true,
        disk_quota: false,
        outbound_network: true,
        missing: [
          "Pausing needs the freezer of cgroups v2, which is not mounted. Boot with systemd.unified_cgroup_hierarchy=1.",
        ],
      },
    ],
  },
];

let counter = 0;
export function id(prefix: string): string {
  counter += 1;
  return `${prefix}_01jb9zz3kq8f7v9x2m4n${String(counter).padStart(6, "0")}`;
}

export function step(name: string, title: string, state: StepState, seconds?: number, begun = 0): Step {
  const started = Date.now() - begun * 1000;
  return {
    name,
    title,
    state,
    attempts: state === "waiting" ? 0 : 1,
    ...(state === "waiting" ? {} : { started_at: new Date(started).toISOString() }),
    ...(seconds !== undefined ? { ended_at: new Date(started + seconds * 1000).toISOString() } : {}),
  };
}

export function port(instance: string, number: number, rest: Partial<Port> = {}): Port {
  return {
    port: number,
    visibility: "private",
    listening: true,
    declared: true,
    preview_url: `http://${number}--${instance}.localhost:7433/`,
    ...rest,
  };
}

interface Sketch extends Partial<Instance> {
  name: string;
}

export function instance({ name, ...rest }: Sketch): Instance {
  return {
    id: id("inst"),
    tenant_id: acme.id,
    name,
    state: { phase: "running", reason: "Started by Ada.", since: ago(42) },
    version: 3,
    driver: "oci",
    node_id: nodes[0]?.id ?? null,
    image: "host",
    resources: { cpu_millis: 2000, memory_bytes: 4 * GIB, disk_bytes: 10 * GIB, pids: 2048 },
    source: null,
    env: {},
    tasks: [],
    ports: [],
    idle_timeout_seconds: 1800,
    operation: null,
    usage: null,
    problem: null,
    created_by: ada.id,
    created_at: ago(9000),
    updated_at: ago(42),
    ...rest,
  };
}

export function usage(cpu: number, memory: number, disk: number) {
  return {
    measured_at: new Date().toISOString(),
    cpu_millis: cpu,
    memory_bytes: Math.round(memory * MIB),
    disk_bytes: Math.round(disk * GIB),
    processes: 23,
    received_bytes: 184 * MIB,
    sent_bytes: 12 * MIB,
  };
}

export function operation(kind: string, of: Instance, rest: Partial<Operation> = {}): Operation {
  return {
    id: id("op"),
    tenant_id: acme.id,
    kind,
    instance_id: of.id,
    state: "succeeded",
    steps: [],
    cancellable: false,
    retryable: false,
    created_by: ada.id,
    created_at: ago(30),
    started_at: ago(30),
    ended_at: ago(29.9),
    deadline: new Date(Date.now() + 600_000).toISOString(),
    ...rest,
  };
}

const git = (repo: string, branch = "main", commit = "9f3c2ab4d5e6f70812345678") => ({
  url: `https://github.com/acme/${repo}.git`,
  branch,
  commit,
});

export function seed(): { instances: Instance[]; operations: Operation[] } {
  const shop = instance({
    name: "shop",
    source: git("shop"),
    usage: usage(640, 1380, 3.1),
    env: { LOG_LEVEL: "debug", DATABASE_URL: "postgres://localhost/shop" },
    ports: [
      port("shop", 3000, { label: "web" }),
      port("shop", 5432, { label: "postgres", listening: true }),
      port("shop", 9229, { declared: false, listening: false }),
    ],
    tasks: [
      {
        name: "install",
        command: "npm ci",
        background: false,
        phase: "succeeded",
        exit_code: 0,
        since: ago(41),
      },
      {
        name: "migrate",
        command: "npm run db:migrate",
        background: false,
        phase: "succeeded",
        exit_code: 0,
        since: ago(40),
      },
      {
        name: "dev",
        command: "npm run dev -- --port 3000",
        background: true,
        phase: "running",
        since: ago(40),
      },
    ],
  });
  const api = instance({
    name: "billing-api",
    source: git("billing-api", "feature/invoices"),
    state: { phase: "unhealthy", reason: "The startup task “migrate” failed.", since: ago(6) },
    usage: usage(120, 690, 1.4),
    ports: [port("billing-api", 8080, { label: "api", visibility: "public" })],
    tasks: [
      {
        name: "build",
        command: "cargo build",
        background: false,
        phase: "succeeded",
        exit_code: 0,
        since: ago(8),
      },
      {
        name: "migrate",
        command: "sqlx migrate run",
        background: false,
        phase: "failed",
        exit_code: 1,
        since: ago(6),
      },
      { name: "serve", command: "cargo run -- serve", background: true, phase: "waiting" },
    ],
    problem: {
      code: "startup_task_failed",
      message: "The startup task “migrate” ended with exit code 1.",
      next_step: "Read its output in the console, fix it in a terminal, then restart the instance.",
    },
  });
  const agent = instance({
    name: "agent-refactor",
    source: git("monorepo", "agent/split-crates"),
    resources: { cpu_millis: 4000, memory_bytes: 8 * GIB, disk_bytes: 20 * GIB, pids: 4096 },
    usage: usage(3480, 6120, 11.7),
    state: { phase: "running", reason: "Started by Grace.", since: ago(312) },
    idle_timeout_seconds: null,
  });
  const docs = instance({
    name: "docs",
    source: git("docs"),
    image: "node:22-bookworm",
    state: { phase: "paused", reason: "Paused by Alan.", since: ago(95) },
    ports: [port("docs", 4321, { listening: false })],
  });
  const sandbox = instance({
    name: "scratch",
    state: { phase: "stopped", reason: "Idle for 30 minutes.", since: ago(12) },
  });
  const minecraft = instance({
    name: "survival",
    image: "itzg/minecraft-server:java21",
    resources: { cpu_millis: 2000, memory_bytes: 6 * GIB, disk_bytes: 30 * GIB, pids: 2048 },
    state: { phase: "failed", reason: "The image could not be pulled.", since: ago(180) },
    problem: {
      code: "image_pull_failed",
      message: "docker.io answered 429: too many pulls from this address.",
      next_step: "Sign in to the registry on the node, or try again in an hour.",
    },
  });
  const attic = instance({
    name: "home-lab",
    node_id: nodes[1]?.id ?? null,
    state: { phase: "unknown", reason: "Its node “attic” has not been heard from.", since: ago(47) },
  });
  const create = operation("instance.create", instance({ name: "x" }), {
    state: "running",
    created_at: ago(0.2),
    started_at: ago(0.2),
    ended_at: null,
    cancellable: true,
    steps: [
      step("place", "Choose a node", "done", 0.1, 11),
      step("fetch", "Clone the repository", "running", undefined, 10.9),
      step("configure", "Read phazeai.yaml", "waiting"),
      step("start", "Start the sandbox", "waiting"),
      step("tasks", "Run the startup tasks", "waiting"),
    ],
    progress: { label: "Receiving objects", done: 61_203_211, total: 148_111_032 },
  });
  const fresh = instance({
    name: "storefront",
    source: { url: "https://github.com/acme/storefront.git", branch: "main" },
    state: { phase: "starting", reason: "Cloning the repository.", since: ago(0.2) },
    operation: create,
    created_at: ago(0.2),
  });
  create.instance_id = fresh.id;
  const instances = [fresh, shop, api, agent, docs, sandbox, minecraft, attic];
  const done = (kind: string, title: string, of: Instance, minutes: number) =>
    operation(kind, of, {
      created_at: ago(minutes),
      started_at: ago(minutes),
      ended_at: ago(minutes - 0.04),
      steps: [
        step("place", "Choose a node", "done", 0.1, minutes * 60),
        step("apply", title, "done", 2.1, minutes * 60 - 0.2),
      ],
    });
  const operations = [
    create,
    done("instance.stop", "Stop the sandbox", sandbox, 12),
    done("instance.start", "Start the sandbox", shop, 42),
    done("instance.pause", "Freeze the sandbox", docs, 95),
    operation("instance.create", minecraft, {
      state: "failed",
      created_at: ago(181),
      started_at: ago(181),
      ended_at: ago(180),
      retryable: true,
      steps: [
        step("place", "Choose a node", "done", 0.1, 181 * 60),
        { ...step("start", "Start the sandbox", "failed", 42, 181 * 60), attempts: 3 },
        step("tasks", "Run the startup tasks", "waiting"),
      ],
      problem: minecraft.problem ?? null,
    }),
    done("instance.create", "Start the sandbox", agent, 312),
  ];
  return { instances, operations };
}

export const sessions = (): Session[] => [
  {
    id: "sess_01jb00000000000000000here",
    user_agent: navigator.userAgent,
    ip: "192.168.1.20",
    kind: "browser",
    device: "Chrome on Linux",
    network: "private network",
    factors: ["password", "totp"],
    created_at: ago(4000),
    last_used_at: ago(0),
    expires_at: ago(-40_000),
    current: true,
  },
  {
    id: "sess_01jb000000000000000phone",
    user_agent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1",
    ip: "203.0.113.7",
    kind: "browser",
    device: "Safari on iOS",
    network: "internet",
    factors: ["passkey"],
    created_at: ago(9000),
    last_used_at: ago(310),
    expires_at: ago(-30_000),
    current: false,
  },
  {
    id: "sess_01jb00000000000000000cli",
    user_agent: "stead/0.1.0",
    kind: "program",
    device: "stead on ada-laptop",
    network: "this machine",
    factors: ["password"],
    ip: "127.0.0.1",
    created_at: ago(12_000),
    last_used_at: ago(1600),
    expires_at: ago(-20_000),
    current: false,
  },
];

export const tokens = (): ApiToken[] => [
  {
    id: "tok_01jb0000000000000000000ci",
    name: "ci",
    hint: "stead_4kQz",
    scopes: ["instance:read", "instance:write", "operation:read"],
    created_at: ago(30_000),
    last_used_at: ago(18),
    expires_at: ago(-80_000),
  },
  {
    id: "tok_01jb00000000000000000graf",
    name: "grafana",
    hint: "stead_9hTb",
    scopes: ["instance:read"],
    created_at: ago(50_000),
    last_used_at: ago(1),
    expires_at: null,
  },
  {
    id: "tok_01jb000000000000000laptop",
    name: "old laptop",
    hint: "stead_1xLw",
    scopes: [],
    created_at: ago(200_000),
    last_used_at: null,
    expires_at: ago(-3000),
  },
];
