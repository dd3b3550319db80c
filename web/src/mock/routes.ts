/** What the mock server answers: the same routes, shapes and refusals as the real one, for those that the dashboard uses. */
import type { CreateInstance, Instance, ProblemField, UpdateInstance } from "@/api/types";
import { ACCOUNT_ROUTES } from "./account";
import { id, instance as makeInstance, nodes, port as makePort, usage } from "./data";
import { ok, page, refuse, type Call, type Handler, type MockAnswer, type Route } from "./handler";
import { EVIDENCE_ROUTES } from "./evidence";
import { OPERATOR_ROUTES } from "./operator";
import { SIGN_IN_ROUTES } from "./sign-in";
import { TENANCY_ROUTES } from "./tenancy";
import type { World } from "./world";

const noInstance = (reference: string) =>
  refuse(
    404,
    "instance_not_found",
    `There is no instance “${reference}” in this tenant.`,
    "List your instances to see what there is.",
  );

function withInstance(work: (instance: Instance, call: Call) => MockAnswer): Handler {
  return (call) => {
    const reference = call.params["instance"] ?? "";
    const found = call.world.find(reference);
    return found ? work(found, call) : noInstance(reference);
  };
}

function checkName(world: World, name: string, except?: Instance): ProblemField[] {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    return [
      {
        field: "name",
        message: "Use lower-case letters, digits and hyphens, at most 40, no hyphen at the ends.",
      },
    ];
  }
  const taken = world.instances.some((item) => item.name === name && item !== except);
  return taken ? [{ field: "name", message: `“${name}” is taken in this tenant.` }] : [];
}

function create({ world, body }: Call): MockAnswer {
  const input = body as CreateInstance;
  const source = input.source?.kind === "git" ? input.source : undefined;
  const name =
    input.name ??
    source?.url
      .split("/")
      .pop()
      ?.replace(/\.git$/, "") ??
    "brave-otter";
  const errors = checkName(world, name);
  if (source && !/^(https?|ssh|git):\/\/|^[\w.-]+@/.test(source.url)) {
    errors.push({
      field: "source.url",
      message: "This is no git address. It begins with https://, ssh:// or git@.",
    });
  }
  if (errors.length > 0)
    return refuse(422, "invalid_input", "The instance cannot be made like this.", undefined, errors);
  const made = makeInstance({
    name,
    image: input.image ?? "host",
    version: 1,
    source: source ? { url: source.url, revision: source.revision ?? null } : null,
    env: input.env ?? {},
    created_at: new Date().toISOString(),
  });
  Object.assign(made.resources, input.resources ?? {});
  world.instances.unshift(made);
  const answer = world.begin(
    "instance.create",
    made,
    "starting",
    "Being made.",
    [
      ["place", "Choose a node"],
      ...(source
        ? ([
            ["fetch", "Clone the repository"],
            ["configure", "Read phazeai.yaml"],
          ] as [string, string][])
        : []),
      ["start", "Start the sandbox"],
    ],
    () =>
      world.change(made, {
        state: { phase: "running", reason: "Started by Ada.", since: new Date().toISOString() },
        usage: usage(400, 380, 0.4),
        ...(made.source
          ? { source: { ...made.source, commit: "4be1a7c09d2e3f4a5b6c7d8e", branch: "main" } }
          : {}),
      }),
  );
  return ok(answer, 202);
}

const update = withInstance((instance, { world, body }) => {
  const input = body as UpdateInstance;
  const errors = input.name ? checkName(world, input.name, instance) : [];
  if (errors.length > 0) return refuse(422, "invalid_input", "The change cannot be made.", undefined, errors);
  world.change(instance, {
    version: instance.version + 1,
    ...(input.name ? { name: input.name } : {}),
    ...(input.env ? { env: input.env } : {}),
    ...(input.idle_timeout_seconds === undefined ? {} : { idle_timeout_seconds: input.idle_timeout_seconds }),
    ...(input.resources
      ? { resources: { ...instance.resources, ...(input.resources as Instance["resources"]) } }
      : {}),
  });
  return ok(instance);
});

const setPort = withInstance((instance, { world, params, body }) => {
  const number = Number(params["port"]);
  const change = body as { visibility?: "private" | "public"; label?: string };
  const held = instance.ports.find((item) => item.port === number);
  const next = {
    ...(held ?? makePort(instance.name, number, { listening: false })),
    ...change,
    declared: true,
  };
  world.change(instance, {
    ports: [...instance.ports.filter((item) => item !== held), next].sort((a, b) => a.port - b.port),
  });
  return ok(next);
});

const operationAction =
  (action: "cancel" | "retry"): Handler =>
  ({ world, params }) => {
    const found = world.operations.find((item) => item.id === params["operation"]);
    if (!found) return refuse(404, "operation_not_found", "There is no such operation.");
    found.cancellable = false;
    found.retryable = action === "cancel";
    found.state = action === "cancel" ? "cancelled" : "running";
    found.ended_at = action === "cancel" ? new Date().toISOString() : null;
    world.tell({ type: "operation", operation: found });
    const of = world.instances.find((item) => item.id === found.instance_id);
    if (of && action === "cancel")
      world.change(of, {
        operation: null,
        state: { phase: "failed", reason: "Its creation was cancelled.", since: new Date().toISOString() },
      });
    return ok(found, 202);
  };

export const ROUTES: Route[] = [
  ...SIGN_IN_ROUTES,
  ...ACCOUNT_ROUTES,
  ...TENANCY_ROUTES,
  ...EVIDENCE_ROUTES,
  ...OPERATOR_ROUTES,
  [
    "GET",
    "/v1/instances",
    ({ world, query }) => {
      const q = (query.get("q") ?? "").toLowerCase();
      return page(
        world.instances.filter((item) => item.name.includes(q) || (item.source?.url ?? "").includes(q)),
      );
    },
  ],
  ["POST", "/v1/instances", create],
  ["GET", "/v1/instances/{instance}", withInstance((instance) => ok(instance))],
  ["PATCH", "/v1/instances/{instance}", update],
  [
    "DELETE",
    "/v1/instances/{instance}",
    withInstance((instance, { world }) => ok(world.delete(instance), 202)),
  ],
  [
    "GET",
    "/v1/instances/{instance}/terminals",
    withInstance((instance, { world }) => page(world.terminalsOf(instance))),
  ],
  [
    "POST",
    "/v1/instances/{instance}/terminals",
    withInstance((instance, { world }) => {
      const list = world.terminalsOf(instance);
      const terminal = {
        id: id("proc"),
        label: list.length === 0 ? "bash" : `bash ${list.length + 1}`,
        started_at: new Date().toISOString(),
        viewers: 1,
      };
      list.push(terminal);
      return ok(terminal, 201);
    }),
  ],
  [
    "DELETE",
    "/v1/instances/{instance}/terminals/{terminal}",
    withInstance((instance, { world, params }) => {
      world.terminals.set(
        instance.id,
        world.terminalsOf(instance).filter((item) => item.id !== params["terminal"]),
      );
      return { status: 204 };
    }),
  ],
  ["GET", "/v1/instances/{instance}/ports", withInstance((instance) => page(instance.ports))],
  ["PUT", "/v1/instances/{instance}/ports/{port}", setPort],
  [
    "GET",
    "/v1/operations",
    ({ world, query }) =>
      page(
        world.operations.filter(
          (item) =>
            (!query.get("instance_id") || item.instance_id === query.get("instance_id")) &&
            (!query.get("unfinished") || !item.ended_at),
        ),
      ),
  ],
  [
    "GET",
    "/v1/operations/{operation}",
    ({ world, params }) => {
      const found = world.operations.find((item) => item.id === params["operation"]);
      return found ? ok(found) : refuse(404, "operation_not_found", "There is no such operation.");
    },
  ],
  [
    "GET",
    "/v1/operations/{operation}/log",
    ({ world, params }) => page(world.logs.get(params["operation"] ?? "") ?? []),
  ],
  ["POST", "/v1/operations/{operation}/cancel", operationAction("cancel")],
  ["POST", "/v1/operations/{operation}/retry", operationAction("retry")],
  ["GET", "/v1/nodes", ({ world }) => page(world.scenario === "empty" ? nodes.slice(0, 1) : nodes)],
  ["GET", "/v1/version", () => ok({ version: "0.1.0" })],
  ...["start", "stop", "restart", "kill", "pause", "wake"].map((action): Route => [
    "POST",
    `/v1/instances/{instance}/${action}`,
    withInstance((instance, { world }) => ok(world.act(action, instance), 202)),
  ]),
];

export function answer(world: World, method: string, url: URL, body: unknown): MockAnswer {
  const open = /^\/v1\/(auth\/|invites\/look-up)/.test(url.pathname);
  if (world.scenario === "anonymous" && !open) {
    return refuse(401, "unauthenticated", "Nobody is signed in.", "Sign in with a link.");
  }
  const parts = url.pathname.split("/");
  for (const [verb, pattern, handler] of ROUTES) {
    const wanted = pattern.split("/");
    if (verb !== method || wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((segment, index) => {
      const actual = decodeURIComponent(parts[index] ?? "");
      if (!segment.startsWith("{")) return segment === actual;
      params[segment.slice(1, -1)] = actual;
      return true;
    });
    if (fits) return handler({ world, params, query: url.searchParams, body });
  }
  return refuse(404, "route_not_found", `There is no ${method} ${url.pathname}.`);
}
