/** The audit log and webhooks of the mock server. */
import type { AuditEvent, AuditSink, Delivery, DeliveryAttempt, Webhook, NewWebhook } from "@/api/types";
import { ago, id } from "./data";
import { done, missing, ok, page, type Route } from "./handler";

const ADA = "user_01jb0000000000000000000ada";
const GRACE = "user_01jb000000000000000000grace";

export function auditLog(): AuditEvent[] {
  const rows: [string, number, Partial<AuditEvent>][] = [
    [
      "instance.update",
      4,
      {
        actor: ADA,
        object: "inst_01jb9zz3kq8f7v9x2m4n000002",
        detail: {
          before: {
            resources: { cpu_millis: 1000, memory_bytes: 2_147_483_648 },
            idle_timeout_seconds: 1800,
          },
          after: { resources: { cpu_millis: 2000, memory_bytes: 4_294_967_296 }, idle_timeout_seconds: 1800 },
        },
      },
    ],
    ["session.create", 12, { actor: ADA, detail: { factor: "passkey", device: "new" } }],
    [
      "instance.stop",
      13,
      { actor: null, object: "inst_01jb9zz3kq8f7v9x2m4n000006", detail: { reason: "idle" } },
    ],
    ["sign_in.refuse", 38, { actor: GRACE, ip: "203.0.113.80", detail: { reason: "wrong_password" } }],
    [
      "secret.put",
      900,
      { actor: GRACE, object: "ten_01jb000000000000000000acme/database-password", detail: { version: 4 } },
    ],
    [
      "member.set_role",
      2900,
      {
        actor: GRACE,
        object: "user_01jb0000000000000000000alan",
        detail: { before: { role: "guest" }, after: { role: "member" } },
      },
    ],
    [
      "token.create",
      3100,
      { actor: ADA, object: "tok_01jb0000000000000000000ci", detail: { scopes: ["instance:read"] } },
    ],
    [
      "tenant.set_security",
      5000,
      { actor: ADA, detail: { before: { ip_allowlist: [] }, after: { ip_allowlist: ["192.168.0.0/16"] } } },
    ],
    ["webhook.create", 8000, { actor: GRACE, object: "wh_deploy", detail: { name: "deploy bot" } }],
    [
      "instance.delete",
      9400,
      {
        actor: "user_01ha0000000000000000erased",
        object: "inst_01jb9zz3kq8f7v9x2m4n000099",
        detail: { name: "prototype" },
        ip: null,
      },
    ],
  ];
  return rows.map(([action, minutes, rest], at) => ({
    id: `aud_${at}`,
    index: 1841 - at,
    at: ago(minutes),
    action,
    ip: "192.168.1.20",
    user_agent: "stead/0.1.0",
    credential: "sess_01jb00000000000000000here",
    request_id: `req_01jb9zz3kq8f7v9x2m4n00${1000 + at}`,
    ...rest,
  }));
}

export const sinks = (): AuditSink[] => [
  {
    id: "sink_1",
    kind: "https",
    target: "https://siem.acme.dev/ingest/stead",
    created_at: ago(40_000),
    delivered_at: ago(2),
    waiting: 0,
  },
];

export const webhooks = (): Webhook[] => [
  {
    id: "wh_deploy",
    name: "deploy bot",
    kind: "standard",
    url: "https://bots.acme.dev/hooks/stead",
    events: ["instance.failed", "instance.started"],
    enabled: true,
    created_at: ago(8000),
    updated_at: ago(8000),
    failing_since: ago(3),
    last_success_at: ago(42),
  },
  {
    id: "wh_discord",
    name: "#ops",
    kind: "discord",
    url: "https://discord.com/…",
    events: [],
    enabled: true,
    created_at: ago(20_000),
    updated_at: ago(20_000),
    last_success_at: ago(180),
  },
  {
    id: "wh_old",
    name: "old inventory",
    kind: "standard",
    url: "https://inventory.acme.dev/stead",
    events: ["instance.created"],
    enabled: false,
    disabled_reason: "Switched off after five days without an answer.",
    created_at: ago(90_000),
    updated_at: ago(20_000),
    failing_since: ago(20_000),
  },
];

const attempt = (
  minutes: number,
  took_ms: number,
  status: number | null,
  rest: Partial<DeliveryAttempt> = {},
) => ({
  at: ago(minutes),
  took_ms,
  status,
  ...rest,
});

export const deliveries = (): Delivery[] => [
  {
    id: "msg_01jb9zz3kq8f7v9x2m4n000003",
    event: "instance.failed",
    state: "queued",
    body: JSON.stringify({ type: "instance.failed", data: { name: "survival" } }),
    attempts: [
      attempt(3, 380, 503, { excerpt: "upstream is restarting" }),
      attempt(2, 412, 503, { excerpt: "upstream is restarting", problem: "It answered 503." }),
    ],
    next_attempt_at: ago(-4),
    created_at: ago(3),
  },
  {
    id: "msg_01jb9zz3kq8f7v9x2m4n000002",
    event: "instance.started",
    state: "delivered",
    body: JSON.stringify({ type: "instance.started", data: { name: "shop" } }),
    attempts: [attempt(42, 96, 200, { excerpt: "ok" })],
    created_at: ago(42),
    ended_at: ago(42),
  },
  {
    id: "msg_01jb9zz3kq8f7v9x2m4n000001",
    event: "instance.failed",
    state: "dead",
    body: JSON.stringify({ type: "instance.failed", data: { name: "docs" } }),
    attempts: [attempt(9000, 5000, null, { problem: "The connection was refused." })],
    created_at: ago(9000),
    ended_at: ago(4000),
  },
];

const EVENT_TYPES = [
  { type: "instance.created", title: "An instance was made" },
  { type: "instance.started", title: "An instance runs" },
  { type: "instance.stopped", title: "An instance stopped" },
  { type: "instance.failed", title: "An instance failed" },
  { type: "instance.deleted", title: "An instance was deleted" },
  { type: "member.joined", title: "Somebody joined" },
];

const W = "/v1/webhooks/{webhook}";

export const EVIDENCE_ROUTES: Route[] = [
  [
    "GET",
    "/v1/audit",
    ({ world, query }) => {
      const [action, actor, object, from] = ["action", "actor", "object", "from"].map((name) =>
        query.get(name),
      );
      return page(
        world.audit.filter(
          (event) =>
            (!action || event.action.startsWith(action.replace("*", ""))) &&
            (!actor || event.actor === actor) &&
            (!object || event.object === object) &&
            (!from || event.at >= from),
        ),
      );
    },
  ],
  [
    "GET",
    "/v1/audit/checkpoint",
    () =>
      ok({
        tenant: "ten_01jb000000000000000000acme",
        size: 1842,
        keys: ["q2wErT5zU8iO1pA3sD4fG6hJ7kL9yX0cVbNmQwErTzU="],
        root: "ab6c04ad3e53f3c889a5903b0a3f6a3e5d4c2e5c0b3d9a14c56ce84f0b4ad3c5",
        at: ago(21),
        note: "ten_01jb000000000000000000acme\n1842\nq2wErT5zU8iO1pA3sD4fG6hJ7kL9yX0cVbNmQwErTzU=\n",
      }),
  ],
  [
    "POST",
    "/v1/audit/verify",
    () => ok({ intact: true, rows: 1842, root: "", checkpoints: 31, forgotten: 2 }),
  ],
  ["GET", "/v1/audit/sinks", ({ world }) => page(world.sinks)],
  [
    "POST",
    "/v1/audit/sinks",
    ({ world, body }) => {
      const { kind = "https", target = "https://siem.acme.dev/" } = body as Partial<AuditSink>;
      const made: AuditSink = { id: id("sink"), created_at: ago(0), kind, target, waiting: 0 };
      world.sinks.push(made);
      return ok(kind === "https" ? { ...made, secret: "whsec_C2FVsBQIhrscChlQIMV1Yzz8w7wq" } : made, 201);
    },
  ],
  [
    "DELETE",
    "/v1/audit/sinks/{sink}",
    ({ world, params }) => {
      world.sinks = world.sinks.filter((item) => item.id !== params["sink"]);
      return done;
    },
  ],
  ["GET", "/v1/webhooks", ({ world }) => ok({ items: world.webhooks, event_types: EVENT_TYPES })],
  [
    "POST",
    "/v1/webhooks",
    ({ world, body }) => {
      const input = body as NewWebhook;
      const { name, url, kind = "standard", events = [] } = input;
      const made = { created_at: ago(0), updated_at: ago(0) };
      const webhook: Webhook = { id: id("wh"), name, url, kind, events, enabled: true, ...made };
      world.webhooks.push(webhook);
      return ok(
        { webhook, ...(kind === "standard" ? { secret: "whsec_C2FVsBQIhrscChlQIMV1Yzz8w7wq" } : {}) },
        201,
      );
    },
  ],
  [
    "GET",
    W,
    ({ world, params }) => {
      const found = world.webhooks.find((item) => item.id === params["webhook"]);
      return found ? ok(found) : missing("webhook");
    },
  ],
  [
    "PATCH",
    W,
    ({ world, params, body }) => {
      const found = world.webhooks.find((item) => item.id === params["webhook"]);
      return found ? ok(Object.assign(found, body)) : missing("webhook");
    },
  ],
  [
    "DELETE",
    W,
    ({ world, params }) => {
      world.webhooks = world.webhooks.filter((item) => item.id !== params["webhook"]);
      return done;
    },
  ],
  [
    "POST",
    `${W}/test`,
    ({ world }) => {
      const made: Delivery = {
        id: id("msg"),
        event: "webhook.test",
        state: "queued",
        body: JSON.stringify({ type: "webhook.test", data: {} }),
        attempts: [],
        created_at: ago(0),
      };
      world.deliveries.unshift(made);
      return ok(made, 202);
    },
  ],
  [
    "POST",
    `${W}/rotate-secret`,
    ({ world, params }) => {
      const webhook = world.webhooks.find((item) => item.id === params["webhook"]);
      return webhook ? ok({ webhook, secret: "whsec_Zm9yIHRoZSBtb2NrIHNlcnZlcg" }) : missing("webhook");
    },
  ],
  [
    "GET",
    `${W}/deliveries`,
    ({ world, params }) => page(params["webhook"] === "wh_deploy" ? world.deliveries : []),
  ],
  [
    "POST",
    `${W}/deliveries/{delivery}/redeliver`,
    ({ world, params }) => {
      const found = world.deliveries.find((item) => item.id === params["delivery"]);
      return found ? ok(Object.assign(found, { state: "queued", ended_at: null }), 202) : missing("delivery");
    },
  ],
];
