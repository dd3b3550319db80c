/** What operators of the mock installation see. */
import type { Keys, Mail, OperatorTenant, OperatorUser, Quota, QuotaLimits } from "@/api/types";

import { ago } from "./data";
import { fresh, missing, ok, page, type Route } from "./handler";
import { quotas } from "./tenancy";

const TEMPLATES = [
  ["verify_email", "Confirm your e-mail address"],
  ["reset_password", "Reset your password"],
  ["magic_link", "Sign in by mail"],
  ["new_device", "You signed in on a new device"],
  ["invite", "An invitation"],
  ["tenant.deletion_scheduled", "A tenant is going to be erased"],
] as const;

const few = (members: number, instances: number): Quota[] => [
  { what: "instances", used: instances, limit: 200, set: false },
  { what: "members", used: members, limit: 50, set: false },
];

export const operatorTenants = (): OperatorTenant[] => [
  {
    id: "ten_01jb000000000000000000acme",
    name: "Acme",
    personal: false,
    created_at: ago(90_000),
    quotas: quotas(),
  },
  {
    id: "ten_01jb0000000000000000personal",
    name: "Ada Byron",
    personal: true,
    created_at: ago(90_000),
    quotas: few(1, 0),
  },
  {
    id: "ten_01jb00000000000000analytical",
    name: "Analytical Engines",
    personal: false,
    created_at: ago(400_000),
    quotas: few(41, 112),
  },
  {
    id: "ten_01jb00000000000000000labs",
    name: "Acme Labs",
    personal: false,
    created_at: ago(80_000),
    deleted_at: ago(4000),
    quotas: few(2, 3),
  },
];

const somebody = (id: string, name: string, email: string, minutes: number) => ({
  id: `user_01jb000000000000000000${id}`,
  name,
  email,
  email_verified: true,
  created_at: ago(minutes),
});

export const operatorUsers = (): OperatorUser[] => [
  { user: somebody("0ada", "Ada Byron", "ada@acme.dev", 90_000), operator: true },
  { user: somebody("grace", "Grace Hopper", "grace@acme.dev", 60_000), operator: false },
  { user: somebody("0alan", "Alan Turing", "alan@acme.dev", 20_000), operator: false },
  {
    user: somebody("mallory", "Mallory", "mallory@example.org", 700),
    operator: false,
    disabled_at: ago(500),
  },
];

const mails: Mail[] = [
  {
    id: "mail_3",
    kind: "invite",
    address: "katherine@acme.dev",
    state: "held",
    attempts: 0,
    created_at: ago(900),
    content: {
      subject: "Grace Hopper invites you to Acme",
      text: "Grace Hopper invites you to work in Acme as a member.\n\nJoin: http://localhost:7433/invite#k3vY8wq2ZtN5\n\nThe link works once, until Friday.",
      html: "",
    },
  },
  {
    id: "mail_2",
    kind: "new_device",
    address: "ada@acme.dev",
    state: "delivered",
    attempts: 1,
    created_at: ago(310),
    ended_at: ago(310),
  },
  {
    id: "mail_1",
    kind: "verify_email",
    address: "nobody@nowhere.invalid",
    state: "dead",
    attempts: 8,
    problem: "550 5.1.2 There is no such host.",
    created_at: ago(1900),
  },
];

const keys: Keys = {
  master_keys: [
    { id: "mk_7f2a91", source: "file", current: true, created_at: ago(9000), data_keys: 14 },
    {
      id: "mk_03bb4e",
      source: "file",
      current: false,
      created_at: ago(90_000),
      retired_at: ago(9000),
      data_keys: 0,
    },
  ],
  data_keys: { total: 16, retired: 2 },
  signing_keys: [
    {
      id: "sig_9k2m",
      purpose: "access_token",
      current: true,
      public_key: "q2wErT5zU8",
      created_at: ago(9000),
    },
    {
      id: "sig_1x7p",
      purpose: "access_token",
      current: false,
      public_key: "A3sD4fG6hJ",
      created_at: ago(140_000),
      retired_at: ago(9000),
    },
    {
      id: "sig_4c8v",
      purpose: "audit_checkpoint",
      current: true,
      public_key: "kL9yX0cVbN",
      created_at: ago(90_000),
    },
  ],
};

const matches = (q: string | null, ...texts: (string | null | undefined)[]) =>
  texts.some((text) => text?.toLowerCase().includes((q ?? "").toLowerCase()));

export const OPERATOR_ROUTES: Route[] = [
  [
    "GET",
    "/v1/operator/tenants",
    ({ world, query }) =>
      page(world.operatorTenants.filter((item) => matches(query.get("q"), item.name, item.id))),
  ],
  [
    "PUT",
    "/v1/operator/tenants/{tenant}/quotas",
    ({ world, params, body }) => {
      const tenant = world.operatorTenants.find((item) => item.id === params["tenant"]);
      if (!tenant) return missing("tenant");
      const limits = body as QuotaLimits;
      tenant.quotas = tenant.quotas.map((quota) => {
        const limit = limits[quota.what as keyof QuotaLimits];
        return typeof limit === "number" ? { ...quota, limit, set: true } : { ...quota, set: false };
      });
      return ok({ items: tenant.quotas });
    },
  ],
  [
    "GET",
    "/v1/operator/users",
    ({ world, query }) =>
      page(world.operatorUsers.filter((item) => matches(query.get("q"), item.user.name, item.user.email))),
  ],
  ...(["enable", "disable"] as const).map((action): Route => [
    "POST",
    `/v1/operator/users/{user}/${action}`,
    ({ world, params }) => {
      const user = world.operatorUsers.find((item) => item.user.id === params["user"]);
      if (!user) return missing("user");
      user.disabled_at = action === "disable" ? ago(0) : null;
      return ok(user);
    },
  ]),
  [
    "GET",
    "/v1/operator/mails",
    ({ world }) =>
      ok({ items: world.scenario === "empty" ? [] : mails, mail_server: world.scenario === "empty" }),
  ],
  [
    "GET",
    "/v1/operator/mail-templates",
    () => page(TEMPLATES.map(([template, title]) => ({ template, title, security: true }))),
  ],
  [
    "GET",
    "/v1/operator/mail-templates/{template}/preview",
    ({ params }) => {
      const title = TEMPLATES.find(([name]) => name === params["template"])?.[1] ?? "";
      return ok({
        subject: title,
        text: `Hello Ada Byron,\n\n${title}: https://stead.example.org/verify-email#k3vY8wq2ZtN5\n\nStead at stead.example.org`,
        html: `<!doctype html><html lang="en"><title>${title}</title><body style="font: 15px/1.5 sans-serif; color: #18181c; padding: 24px"><h1 style="font-size: 20px">${title}</h1><p>Hello Ada Byron,</p><p><a href="https://stead.example.org/" style="color: #3a47bd">Open the link</a></p></body></html>`,
      });
    },
  ],
  ["GET", "/v1/operator/keys", () => ok(keys)],
  [
    "POST",
    "/v1/operator/keys/rotate",
    fresh(({ world, body }) =>
      ok(
        {
          what: (body as { what: string }).what,
          replaces: ["mk_7f2a91"],
          data_keys: 14,
          values: [],
          ...((body as { plan: boolean }).plan ? {} : { operation: world.operations[0] }),
        },
        (body as { plan: boolean }).plan ? 200 : 202,
      ),
    ),
  ],
];
