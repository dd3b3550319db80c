/** One's own account on the mock server. */
import type {
  ApiToken,
  Export,
  Me,
  NewToken,
  Notification,
  Passkey,
  Preference,
  ProblemField,
  Session,
} from "@/api/types";
import type { LinkedIdentity } from "@/features/account/queries";

import { ago, id } from "./data";
import { done, fresh, missing, ok, page, refuse, type Route } from "./handler";
import { secretRoutes } from "./secrets";

export const passkeys = (): Passkey[] => [
  { id: "pk_laptop", name: "Chrome on Linux", created_at: ago(40_000), last_used_at: ago(200) },
  { id: "pk_phone", name: "Ada's phone", created_at: ago(9000), last_used_at: null },
];

export const identities = (): LinkedIdentity[] => [
  {
    id: "idt_github",
    source_id: "src_github",
    source_name: "GitHub",
    kind: "github",
    email: "ada@acme.dev",
    created_at: ago(80_000),
    last_used_at: ago(3000),
  },
];

export const exportsMade = (): Export[] => [
  {
    id: "exp_tenant",
    scope: "tenant",
    state: "ready",
    size_bytes: 48_200_000,
    created_at: ago(1500),
    expires_at: ago(-8600),
  },
  {
    id: "exp_user",
    scope: "user",
    state: "ready",
    size_bytes: 184_000,
    created_at: ago(700),
    expires_at: ago(-9400),
  },
  {
    id: "exp_old",
    scope: "user",
    state: "expired",
    size_bytes: 181_000,
    created_at: ago(60_000),
    expires_at: ago(49_000),
  },
];

export const preferences = (): Preference[] =>
  (
    [
      ["password_changed", "Your password was changed", true, true, true],
      ["new_device", "You signed in on a new device", true, true, true],
      ["factor_changed", "What you sign in with was changed", true, true, true],
      ["export_ready", "An export is ready", true, true, false],
      ["invite", "An invitation", true, true, true],
      ["member.joined", "Somebody joined", false, true, false],
      ["member.role_changed", "A member has another role", false, true, false],
      ["security.settings_changed", "Security settings were changed", true, true, false],
      ["tenant.deletion_scheduled", "A tenant is going to be erased", true, true, true],
      ["instance.failed", "An instance failed", true, true, false],
      ["operation.failed", "An operation failed", false, true, false],
      ["webhook_disabled", "A webhook was switched off", true, true, false],
    ] as const
  ).map(([kind, title, mail, inbox, fixed]) => ({ kind, title, mail, inbox, fixed }));

export const notifications = (): Notification[] => [
  {
    id: "ntf_1",
    kind: "instance.failed",
    title: "survival failed",
    text: "The image could not be pulled: docker.io answered 429.",
    path: "/instances/survival",
    created_at: ago(3),
  },
  {
    id: "ntf_2",
    kind: "new_device",
    title: "You signed in on a new device",
    text: "Safari on iOS, from 203.0.113.7 (internet).",
    path: "/account",
    created_at: ago(310),
  },
  {
    id: "ntf_3",
    kind: "member.role_changed",
    title: "Alan Turing has another role",
    text: "Grace made him a member of Acme; he was a guest before.",
    path: "/team",
    created_at: ago(2900),
    read_at: ago(2000),
  },
];

const me = (held: Me, patch: Partial<Me["user"]>): Me =>
  Object.assign(held, { user: { ...held.user, ...patch } });

const CODES = [
  "k3vy-8wq2-ztn5",
  "rb1m-c7xd-0slp",
  "j4hf-ga6e-u9ti",
  "oq2w-e8rt-y5ui",
  "zx7c-v3bn-m1as",
  "df6g-hj4k-l0qw",
  "er5t-yu8i-op2a",
  "sd9f-gh3j-kl6z",
  "xc0v-bn7m-qw4e",
  "rt1y-ui5o-pa8s",
];

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/** Looks like a QR code; cameras find nothing in it. */
function picture(): string {
  let cells = "";
  for (let at = 0; at < 625; at += 1) {
    const [x, y] = [at % 25, Math.floor(at / 25)];
    const eye = (cx: number, cy: number) => Math.max(Math.abs(x - cx), Math.abs(y - cy));
    const ring = Math.min(eye(3, 3), eye(21, 3), eye(3, 21));
    const dark = ring <= 4 ? ring !== 2 && ring !== 4 : (at * 7919 + x * y * 31) % 5 < 2;
    if (dark) cells += `M${x} ${y}h1v1h-1z`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 25" shape-rendering="crispEdges"><path d="${cells}"/></svg>`;
}

export const ACCOUNT_ROUTES: Route[] = [
  ["GET", "/v1/me", ({ world }) => ok(world.me)],
  ["PATCH", "/v1/me", ({ world, body }) => ok(me(world.me, body as { name: string }))],
  ["DELETE", "/v1/me", fresh(() => done)],
  [
    "POST",
    "/v1/me/password",
    ({ world, body }) => {
      const input = body as { current?: string; new: string };
      const errors: ProblemField[] = [];
      if (input.current?.startsWith("wrong"))
        errors.push({ field: "current", message: "This is not your password." });
      if (input.new.startsWith("password"))
        errors.push({
          field: "new",
          message: "It is among the first that attackers try. Take a few unrelated words.",
        });
      if (errors.length > 0)
        return refuse(422, "invalid_input", "The password was not changed.", undefined, errors);
      world.factors.password = true;
      return done;
    },
  ],
  ["POST", "/v1/me/email", fresh(() => ({ status: 202 }))],
  ["POST", "/v1/me/verify-email", () => ({ status: 202 })],
  ["GET", "/v1/me/factors", ({ world }) => ok({ ...world.factors, passkeys: world.passkeys.length })],
  [
    "POST",
    "/v1/me/totp",
    fresh(() => ok({ secret, uri: `otpauth://totp/Stead:ada?secret=${secret}`, qr_svg: picture() })),
  ],
  [
    "POST",
    "/v1/me/totp/confirm",
    ({ world, body }) => {
      if ((body as { code: string }).code === "000000")
        return refuse(
          422,
          "code_wrong",
          "This code is not right, or was used before.",
          "Type the code that your app shows now.",
        );
      Object.assign(world.factors, { totp: true, recovery_codes_left: CODES.length });
      return ok({ recovery_codes: CODES });
    },
  ],
  [
    "DELETE",
    "/v1/me/totp",
    fresh(({ world }) => {
      Object.assign(world.factors, { totp: false, recovery_codes_left: 0 });
      return done;
    }),
  ],
  [
    "POST",
    "/v1/me/recovery-codes",
    fresh(({ world }) => {
      world.factors.recovery_codes_left = CODES.length;
      return ok({ recovery_codes: CODES });
    }),
  ],
  ["GET", "/v1/me/passkeys", ({ world }) => page(world.passkeys)],
  [
    "POST",
    "/v1/me/passkeys/begin",
    fresh(({ world }) =>
      ok({
        pending: "pending-3",
        options: {
          challenge: "c29tZS1jaGFsbGVuZ2U",
          rp: { name: "Stead", id: window.location.hostname },
          user: { id: "dXNlcl9hZGE", name: world.me.user.email ?? "ada", displayName: world.me.user.name },
          pubKeyCredParams: [{ type: "public-key", alg: -7 }],
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        },
      }),
    ),
  ],
  [
    "POST",
    "/v1/me/passkeys",
    ({ world, body }) => {
      const made: Passkey = {
        id: id("pk"),
        name: (body as { name: string }).name,
        created_at: ago(0),
        last_used_at: null,
      };
      world.passkeys.push(made);
      return ok(made, 201);
    },
  ],
  [
    "PATCH",
    "/v1/me/passkeys/{id}",
    ({ world, params, body }) => {
      const held = world.passkeys.find((item) => item.id === params["id"]);
      if (!held) return missing("passkey");
      held.name = (body as { name: string }).name;
      return done;
    },
  ],
  [
    "DELETE",
    "/v1/me/passkeys/{id}",
    fresh(({ world, params }) => {
      world.passkeys = world.passkeys.filter((item) => item.id !== params["id"]);
      return done;
    }),
  ],
  ["GET", "/v1/me/identities", ({ world }) => page(world.identities)],
  [
    "POST",
    "/v1/me/identities",
    fresh(({ world, body }) => {
      const { source, user, password } = body as { source: string; user: string; password: string };
      if (password.startsWith("wrong"))
        return refuse(
          401,
          "sign_in_refused",
          "There is no account with this name and password in the directory.",
          "Check both.",
        );
      world.identities.push({
        id: id("idt"),
        source_id: source,
        source_name: "Acme directory",
        kind: "ldap",
        email: `${user}@acme.dev`,
        created_at: ago(0),
        last_used_at: null,
      });
      return done;
    }),
  ],
  [
    "DELETE",
    "/v1/me/identities/{id}",
    ({ world, params }) => {
      world.identities = world.identities.filter((item) => item.id !== params["id"]);
      return done;
    },
  ],
  ["GET", "/v1/sessions", ({ world }) => page(world.sessions)],
  [
    "DELETE",
    "/v1/sessions",
    ({ world }) => {
      world.sessions = world.sessions.filter((item: Session) => item.current);
      return done;
    },
  ],
  [
    "DELETE",
    "/v1/sessions/{id}",
    ({ world, params }) => {
      world.sessions = world.sessions.filter((item) => item.id !== params["id"]);
      return done;
    },
  ],
  [
    "POST",
    "/v1/sign-in-links",
    () =>
      ok(
        {
          url: "http://localhost:7433/sign-in#k3vY8wq2ZtN5rB1mC7xD0sLpJ4hFgA6e",
          expires_at: new Date(Date.now() + 900_000).toISOString(),
        },
        201,
      ),
  ],
  ["GET", "/v1/tokens", ({ world }) => page(world.tokens)],
  [
    "POST",
    "/v1/tokens",
    ({ world, body }) => {
      const input = body as NewToken;
      if (world.tokens.some((item) => item.name === input.name)) {
        return refuse(422, "invalid_input", "The token cannot be made.", undefined, [
          { field: "name", message: `You have a token named “${input.name}” already.` },
        ]);
      }
      const days = input.expires_in_days;
      const token: ApiToken = {
        id: id("tok"),
        name: input.name,
        hint: "stead_7pRn",
        scopes: input.scopes ?? [],
        created_at: new Date().toISOString(),
        expires_at: input.expires_at ?? (days ? ago(-days * 1440) : null),
      };
      world.tokens.unshift(token);
      return ok({ token, secret: "stead_7pRnW2vXk9TzQ4mYbL8sHd3cJf6gA1eN5uRi0oPw" }, 201);
    },
  ],
  [
    "DELETE",
    "/v1/tokens/{id}",
    ({ world, params }) => {
      world.tokens = world.tokens.filter((item) => item.id !== params["id"]);
      return done;
    },
  ],
  ["GET", "/v1/exports", ({ world }) => page(world.exports)],
  [
    "POST",
    "/v1/exports",
    fresh(({ world, body }) => {
      const scope = (body as { scope: Export["scope"] }).scope;
      world.exports.unshift({ id: id("exp"), scope, state: "running", created_at: ago(0) });
      return ok(world.operations[0], 202);
    }),
  ],
  ["POST", "/v1/intents", () => ok({ token: "int_k3vY8wq2", expires_at: ago(-1) }, 201)],
  [
    "GET",
    "/v1/notifications",
    ({ world }) =>
      ok({ items: world.notifications, unread: world.notifications.filter((item) => !item.read_at).length }),
  ],
  [
    "POST",
    "/v1/notifications/read",
    ({ world, body }) => {
      const { ids } = body as { ids?: string[] };
      for (const item of world.notifications) if (!ids || ids.includes(item.id)) item.read_at ??= ago(0);
      return ok({ unread: world.notifications.filter((item) => !item.read_at).length });
    },
  ],
  ["GET", "/v1/notification-preferences", ({ world }) => page(world.preferences)],
  [
    "PUT",
    "/v1/notification-preferences",
    ({ world, body }) => {
      for (const next of (body as { items: Partial<Preference>[] }).items) {
        const held = world.preferences.find((item) => item.kind === next.kind);
        if (held) Object.assign(held, next);
      }
      return page(world.preferences);
    },
  ],
  ...secretRoutes("/v1/me/secrets"),
];
