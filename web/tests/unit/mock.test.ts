/** The mock server answers what the description of the API says: a page that works against it works against the server. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";

import type { Route } from "@/mock/handler";
import type { World } from "@/mock/world";

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}
interface Operation {
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
  "x-stead-permission"?: string;
}
const description = JSON.parse(
  readFileSync(new URL("../../../openapi/stead-v1.json", import.meta.url), "utf8"),
) as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

/** Names of parameters do not matter, their places do. */
const shape = (path: string) => path.replace(/\{[^}]*\}/g, "{}");
const operations = new Map(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [
      `${method.toUpperCase()} ${shape(path)}`,
      operation,
    ]),
  ),
);

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function resolved(schema: Schema | undefined): Schema {
  const name = schema?.$ref?.split("/").pop();
  return (name ? description.components.schemas[name] : schema) ?? {};
}

/** What is wrong with a value, by its place. Knows what this description uses of JSON Schema. */
function faults(schema: Schema | undefined, value: unknown, at: string, part = false): string[] {
  if (!schema) return [];
  if (schema.$ref) return faults(resolved(schema), value, at, part);
  if (schema.oneOf) {
    const each = schema.oneOf.map((choice) => faults(choice, value, at));
    return each.some((wrong) => wrong.length === 0) ? [] : (each[0] ?? []);
  }
  const wrong = (schema.allOf ?? []).flatMap((each) => faults(each, value, at, true));
  const types = [schema.type ?? []].flat();
  const type = typeOf(value);
  if (types.length > 0 && !types.includes(type) && !(type === "integer" && types.includes("number")))
    return [...wrong, `${at}: ${type} instead of ${types.join(" or ")}`];
  if (schema.enum && !schema.enum.includes(value)) return [...wrong, `${at}: ${String(value)} is no choice`];
  if (type === "array")
    wrong.push(
      ...(value as unknown[]).flatMap((item, index) => faults(schema.items, item, `${at}[${index}]`)),
    );
  if (type === "object" && schema.properties) {
    const fields = value as Record<string, unknown>;
    for (const name of schema.required ?? [])
      if (fields[name] === undefined) wrong.push(`${at}.${name} is missing`);
    for (const [name, inner] of Object.entries(schema.properties))
      if (fields[name] !== undefined) wrong.push(...faults(inner, fields[name], `${at}.${name}`));
    if (!schema.allOf && !part)
      for (const name of Object.keys(fields))
        if (!(name in schema.properties) && fields[name] !== undefined)
          wrong.push(`${at}.${name} is not in the description`);
  }
  return wrong;
}

/** Enough of a call for every route that changes something. */
const BODIES: Record<string, unknown> = {
  "POST /v1/auth/sign-in": { email: "ada@acme.dev", password: "correct horse battery" },
  "POST /v1/me/password": { new: "correct horse battery" },
  "POST /v1/me/identities": { source: "src_acme", user: "ada", password: "correct horse battery" },
  "POST /v1/tokens": { name: "fresh", scopes: [] },
  "POST /v1/tenants/{}/invites": { email: "joan@acme.dev", role: "role_01jb000000000000000deployer" },
  "POST /v1/tenants/{}/roles": { name: "Watcher", permissions: ["instance:read"] },
  "PATCH /v1/tenants/{}/members/{}": { role: "role_01jb000000000000000deployer" },
  "PUT /v1/instances/{}/bindings/{}": { role: "member" },
  "POST /v1/tenants/{}/sources": { kind: "oidc", name: "fresh", settings: {}, domains: ["acme.dev"] },
  "POST /v1/webhooks": { name: "w", url: "https://example.org/" },
  "PUT /v1/notification-preferences": { items: [] },
  "POST /v1/operator/keys/rotate": { what: "master", plan: true },
  "POST /v1/instances": { name: "fresh" },
};
/** What requests are filled with otherwise. */
const USUAL = {
  token: "fresh",
  email: "joan@acme.dev",
  name: "fresh",
  code: "123456",
  value: "v",
  inject: { kind: "env" },
};
const PARAMS: Record<string, string> = {
  instance: "shop",
  tenant: "ten_01jb000000000000000000acme",
  user: "user_01jb0000000000000000000alan",
  role: "role_01jb000000000000000deployer",
  webhook: "wh_deploy",
  delivery: "msg_01jb9zz3kq8f7v9x2m4n000002",
  code: "BCDF-GHJK",
  port: "3000",
  template: "invite",
  passkey: "pk_laptop",
  id: "pk_laptop",
  name: "fresh-secret",
  terminal: "proc_1",
};

describe("the mock server", () => {
  let routes: readonly Route[];
  let make: () => World;
  beforeAll(async () => {
    vi.stubGlobal("navigator", { userAgent: "test" });
    vi.stubGlobal("window", { location: new URL("http://localhost:7433/") });
    vi.useFakeTimers();
    routes = (await import("@/mock/routes")).ROUTES;
    const { World } = await import("@/mock/world");
    make = () => new World("rich");
  });

  test("has no operation that the API lacks", () => {
    const unknown = routes
      .map(([method, path]) => `${method} ${shape(path)}`)
      .filter((name) => !operations.has(name));
    expect(unknown).toEqual([]);
  });

  test("answers in the shapes of the description", () => {
    const wrong: string[] = [];
    for (const [method, path, handler] of routes) {
      const name = `${method} ${shape(path)}`;
      const operation = operations.get(name);
      if (!operation) continue;
      const world = make();
      world.proven = true;
      const params = {
        ...PARAMS,
        ...(path.startsWith("/v1/operations") ? { operation: world.operations[0]?.id ?? "" } : {}),
        ...(path.endsWith("/restore") ? { tenant: world.deletedTenants[0]?.id ?? "" } : {}),
      };
      const fields = resolved(operation.requestBody?.content["application/json"]?.schema).properties ?? {};
      const usual = Object.entries(USUAL).filter(([field]) => field in fields);
      const body = BODIES[name] ?? Object.fromEntries(usual);
      const { status, body: answer } = handler({ world, params, query: new URLSearchParams(), body });
      // Refusals on purpose, such as that of the last owner.
      if (status >= 400) {
        wrong.push(
          ...faults({ $ref: "#/components/schemas/ProblemBody" }, structuredClone(answer), name).filter(
            (fault) => !fault.includes("next_step") && !fault.includes("errors"),
          ),
        );
        continue;
      }
      const described = operation.responses[String(status)];
      if (!described) {
        wrong.push(`${name}: ${status} instead of ${Object.keys(operation.responses).join(", ")}`);
        continue;
      }
      wrong.push(...faults(described.content?.["application/json"]?.schema, answer, name));
      if (!described.content && answer !== undefined) wrong.push(`${name}: a body where there is none`);
    }
    expect(wrong).toEqual([]);
  });
});

test("every permission that an operation wants has words", async () => {
  const { PERMISSIONS } = await import("@/features/session/permissions");
  const named = new Set(PERMISSIONS.flatMap(({ items }) => items.map(([key]) => key)));
  const wanted = [...operations.values()].flatMap((operation) => operation["x-stead-permission"] ?? []);
  expect([...new Set(wanted)].filter((key) => key.includes(":") && !named.has(key))).toEqual([]);
});
