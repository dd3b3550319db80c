/** Signing in, proofs of identity, devices and invitations of the mock server. */
import type { SignInAnswer } from "@/api/types";

import { ago } from "./data";
import { done, fresh, ok, refuse, type Call, type MockAnswer, type Route } from "./handler";

const admitted = ({ world }: Call): MockAnswer =>
  ok({ kind: "signed_in", me: world.me } satisfies SignInAnswer);

const deadLink = () =>
  refuse(
    401,
    "link_used",
    "This link was used already or has ended.",
    "Run `stead dashboard` for a fresh one.",
  );

/** To an account elsewhere. */
const away = (): MockAnswer => ({ status: 303 });

const passkeyOptions = {
  challenge: "c29tZS1jaGFsbGVuZ2U",
  timeout: 300_000,
  rpId: "127.0.0.1",
  allowCredentials: [],
  userVerification: "preferred",
};

export const SIGN_IN_ROUTES: Route[] = [
  [
    "GET",
    "/v1/auth/methods",
    ({ query }) =>
      ok({
        sign_up: "open",
        password: true,
        magic_link: true,
        passkeys: true,
        sources: [
          {
            id: "src_github",
            name: "GitHub",
            kind: "github",
            begin_url: "/v1/auth/sources/src_github/begin",
          },
          {
            id: "src_acme",
            name: "Acme directory",
            kind: "ldap",
            begin_url: "/v1/auth/sources/src_acme/sign-in",
          },
          ...(query.get("tenant")
            ? [
                {
                  id: "src_login",
                  name: "Acme login",
                  kind: "oidc",
                  begin_url: "/v1/auth/sources/src_login/begin",
                },
              ]
            : []),
        ],
      }),
  ],
  [
    "POST",
    "/v1/auth/link",
    (call) => ((call.body as { token: string }).token.startsWith("used") ? deadLink() : admitted(call)),
  ],
  [
    "POST",
    "/v1/auth/sign-in",
    (call) => {
      const { email, password } = call.body as { email: string; password: string };
      if (password.startsWith("wrong"))
        return refuse(
          401,
          "wrong_credentials",
          "This e-mail and password do not belong together.",
          "Check both, or set a new password by mail.",
        );
      if (email.startsWith("grace"))
        return ok({
          kind: "second_factor",
          pending: "pending-1",
          methods: ["totp", "recovery_code", "passkey"],
        });
      return admitted(call);
    },
  ],
  [
    "POST",
    "/v1/auth/second-factor",
    (call) => {
      const { totp } = call.body as { totp?: string };
      return totp === "000000"
        ? refuse(
            401,
            "wrong_code",
            "This code is not right, or it has been used.",
            "Wait for the next code and type that one.",
          )
        : admitted(call);
    },
  ],
  ["POST", "/v1/auth/sign-up", () => ({ status: 202 })],
  ["POST", "/v1/auth/magic-link", () => ({ status: 202 })],
  ["POST", "/v1/auth/reset", () => ({ status: 202 })],
  [
    "POST",
    "/v1/auth/magic-link/confirm",
    (call) => ((call.body as { token: string }).token.startsWith("used") ? deadLink() : admitted(call)),
  ],
  ["POST", "/v1/auth/reset/confirm", () => done],
  ["POST", "/v1/auth/verify-email", () => done],
  [
    "POST",
    "/v1/auth/confirm-email",
    ({ body }) =>
      (body as { token: string }).token.startsWith("used")
        ? refuse(
            401,
            "link_used",
            "This link was used already or has ended.",
            "Start the change again on the account page.",
          )
        : done,
  ],
  ["POST", "/v1/auth/passkey/begin", () => ok({ pending: "pending-2", options: passkeyOptions })],
  ["POST", "/v1/auth/passkey/finish", admitted],
  ["GET", "/v1/auth/sources/{source}/begin", (call) => (call.query.get("link") ? fresh(away)(call) : away())],
  ["POST", "/v1/auth/sources/{source}/sign-in", admitted],
  [
    "POST",
    "/v1/auth/step-up",
    ({ world, body }) => {
      if ((body as { password?: string }).password?.startsWith("wrong"))
        return refuse(
          401,
          "wrong_credentials",
          "This is not your password.",
          "Try again, or use another factor.",
        );
      world.proven = true;
      return done;
    },
  ],
  ["POST", "/v1/auth/sign-out", () => done],
  [
    "GET",
    "/v1/device-requests/{code}",
    ({ params }) =>
      params["code"] === "BCDF-GHJK"
        ? ok({
            user_code: "BCDF-GHJK",
            client_name: "stead on ada-laptop",
            ip: "192.0.2.44",
            network: "internet",
            user_agent: "stead/0.1.0 (linux; x86_64)",
            created_at: ago(1),
            expires_at: ago(-9),
          })
        : refuse(
            404,
            "device_request_not_found",
            "Nothing waits for this code: it is mistyped, used or older than ten minutes.",
            "Run `stead login` again and type the new code.",
          ),
  ],
  ["POST", "/v1/device-requests/{code}/approve", () => done],
  ["POST", "/v1/device-requests/{code}/deny", () => done],
  [
    "POST",
    "/v1/invites/look-up",
    ({ body }) =>
      (body as { token: string }).token.startsWith("used")
        ? refuse(
            404,
            "invite_not_found",
            "This invitation was used, withdrawn or has ended.",
            "Ask for a new one.",
          )
        : ok({
            tenant: "Analytical Engines",
            role: "member",
            email: "ada@acme.dev",
            invited_by: "Charles Babbage",
            expires_at: ago(-6000),
          }),
  ],
  ["POST", "/v1/invites/accept", ({ world }) => ok(world.me.tenants[1])],
];
