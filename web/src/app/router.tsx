import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";

import { ApiError } from "@/api/problem";
import { InstanceListPage } from "@/features/instances/list-page";
import { meQuery } from "@/features/session/queries";
import { SkeletonRows } from "@/ui/layout";
import { Toaster } from "@/ui/toast";
import { NotFound, PageError } from "./failures";
import { Shell } from "./shell";

/** Notices carry links, so they live inside the router. */
function Root() {
  return (
    <>
      <Outlet />
      <Toaster />
    </>
  );
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: () => <NotFound />,
});

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { from?: string } => {
    const from = text(search["from"]);
    return from ? { from } : {};
  },
  component: lazyRouteComponent(() => import("@/features/session/sign-in-page"), "SignInPage"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.query({ ...meQuery(), staleTime: "static" });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401)
        throw redirect({ to: "/sign-in", search: { from: location.href } });
      throw error;
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/instances" });
  },
});

const instances = createRoute({
  getParentRoute: () => shell,
  path: "/instances",
  validateSearch: (search): { q?: string; create?: true } => {
    const q = text(search["q"]);
    return { ...(q ? { q } : {}), ...(search["create"] ? { create: true as const } : {}) };
  },
  component: InstanceListPage,
});

const instance = createRoute({
  getParentRoute: () => shell,
  path: "/instances/$instance",
  component: lazyRouteComponent(() => import("@/features/instances/instance-page"), "InstancePage"),
});
const overview = createRoute({
  getParentRoute: () => instance,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/instances/overview-tab"), "OverviewTab"),
});
const terminal = createRoute({
  getParentRoute: () => instance,
  path: "/terminal",
  validateSearch: (search): { id?: string } => {
    const id = text(search["id"]);
    return id ? { id } : {};
  },
  component: lazyRouteComponent(() => import("@/features/terminals/terminal-tab"), "TerminalTab"),
});
const consoleTab = createRoute({
  getParentRoute: () => instance,
  path: "/console",
  component: lazyRouteComponent(() => import("@/features/console/console-tab"), "ConsoleTab"),
});
const ports = createRoute({
  getParentRoute: () => instance,
  path: "/ports",
  component: lazyRouteComponent(() => import("@/features/ports/ports-tab"), "PortsTab"),
});
const settings = createRoute({
  getParentRoute: () => instance,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/instances/settings-tab"), "SettingsTab"),
});

const operations = createRoute({
  getParentRoute: () => shell,
  path: "/operations",
  validateSearch: (search): { unfinished?: true } => (search["unfinished"] ? { unfinished: true } : {}),
  component: lazyRouteComponent(() => import("@/features/operations/list-page"), "OperationListPage"),
});
const operation = createRoute({
  getParentRoute: () => shell,
  path: "/operations/$operation",
  component: lazyRouteComponent(() => import("@/features/operations/operation-page"), "OperationPage"),
});
const nodes = createRoute({
  getParentRoute: () => shell,
  path: "/nodes",
  component: lazyRouteComponent(() => import("@/features/nodes/nodes-page"), "NodesPage"),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("@/features/account/account-page"), "AccountPage"),
});
const team = createRoute({
  getParentRoute: () => shell,
  path: "/team",
  component: lazyRouteComponent(() => import("@/features/team/team-page"), "TeamPage"),
});
const reference = createRoute({
  getParentRoute: () => shell,
  path: "/reference",
  component: lazyRouteComponent(() => import("@/features/reference/reference-page"), "ReferencePage"),
});
const nowhere = createRoute({ getParentRoute: () => shell, path: "$", component: NotFound });

const tree = root.addChildren([
  signIn,
  home,
  shell.addChildren([
    instances,
    instance.addChildren([overview, terminal, consoleTab, ports, settings]),
    operations,
    operation,
    nodes,
    account,
    team,
    reference,
    nowhere,
  ]),
]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageError,
    defaultPendingComponent: () => <SkeletonRows />,
    defaultNotFoundComponent: () => <NotFound />,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
