/** Secrets of each level on the mock server: never their values. */
import type { Injection, Secret } from "@/api/types";

import { ago } from "./data";
import { done, ok, page, refuse, type Call, type Route } from "./handler";

const made = (
  name: string,
  kind: Injection["kind"],
  target: string,
  version: number,
  minutes: number,
  level: Secret["level"] = "tenant",
): Secret => ({
  id: `sec_${name}`,
  name,
  level,
  inject: { kind, target },
  version,
  created_at: ago(minutes * 20),
  updated_at: ago(minutes),
  updated_by: level === "user" ? "user_01jb0000000000000000000ada" : "user_01jb000000000000000000grace",
});

export const secrets = (): Record<string, Secret[]> => ({
  "/v1/secrets": [
    made("database-password", "env", "DATABASE_PASSWORD", 4, 900),
    made("npm-token", "env", "NPM_TOKEN", 1, 21_000),
    made("registry-login", "file", "registry.json", 2, 5000),
  ],
  "/v1/me/secrets": [made("github-token", "env", "GITHUB_TOKEN", 2, 4000, "user")],
  "/v1/instances/shop/secrets": [made("stripe-key", "env", "STRIPE_SECRET_KEY", 3, 300, "instance")],
});

export function secretRoutes(pattern: string): Route[] {
  const base = ({ params }: Call) => pattern.replace("{instance}", params["instance"] ?? "");
  const held = (call: Call): Secret[] => (call.world.secrets[base(call)] ??= []);
  const one = (call: Call) => held(call).find((item) => item.name === call.params["name"]);
  return [
    ["GET", pattern, (call) => page(held(call))],
    [
      "PUT",
      `${pattern}/{name}`,
      (call) => {
        const name = call.params["name"] ?? "";
        const { inject } = call.body as { inject: Injection };
        if (!/^[a-z0-9][a-z0-9._-]{0,62}$/i.test(name))
          return refuse(422, "invalid_input", "The secret cannot be kept like this.", undefined, [
            { field: "name", message: "Use letters, digits, dots, hyphens and underscores, at most 63." },
          ]);
        const before = one(call);
        const next = made(name, inject.kind, inject.target ?? name, (before?.version ?? 0) + 1, 0);
        if (before) Object.assign(before, next);
        else held(call).push(next);
        return ok(next);
      },
    ],
    [
      "DELETE",
      `${pattern}/{name}`,
      (call) => {
        call.world.secrets[base(call)] = held(call).filter((item) => item.name !== call.params["name"]);
        return done;
      },
    ],
    [
      "GET",
      `${pattern}/{name}/versions`,
      (call) => {
        const newest = one(call)?.version ?? 1;
        return page(
          Array.from({ length: newest }, (_, index) => ({
            version: newest - index,
            created_at: ago(900 + index * 30_000),
            created_by:
              index % 2 === 0 ? "user_01jb000000000000000000grace" : "user_01jb0000000000000000000ada",
          })),
        );
      },
    ],
  ];
}
