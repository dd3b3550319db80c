import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { SkeletonRows } from "@/ui/layout";
import { NotFound, PageError } from "./failures";
import { isOutside, outsideRoutes } from "./outside-routes";
import { mustBeSignedIn, root, text } from "./root-route";

const loadShell = () => import("./shell");
const loadInstanceList = () => import("@/features/instances/list-page");

/** Fetches the frame while it is still being found out who is signed in, unless the page stands outside of it. */
export function warmUp(path: string): void {
  if (isOutside(path)) return;
  // What fails here is fetched again by its route, which also says so.
  loadShell().catch(() => undefined);
  if (path === "/" || path === "/instances") loadInstanceList().catch(() => undefined);
}

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: mustBeSignedIn,
  component: lazyRouteComponent(loadShell, "Shell"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/instances" });
  },
});

/** Where mails and notices of webhooks lead. */
const webhooks = createRoute({
  getParentRoute: () => root,
  path: "/webhooks",
  beforeLoad: () => {
    throw redirect({ to: "/settings/webhooks" });
  },
});

const instances = createRoute({
  getParentRoute: () => shell,
  path: "/instances",
  validateSearch: (search): { q?: string; create?: true } => {
    const q = text(search["q"]);
    return { ...(q ? { q } : {}), ...(search["create"] ? { create: true as const } : {}) };
  },
  component: lazyRouteComponent(loadInstanceList, "InstanceListPage"),
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
const secretsTab = createRoute({
  getParentRoute: () => instance,
  path: "/secrets",
  component: lazyRouteComponent(() => import("@/features/instances/secrets-tab"), "SecretsTab"),
});
const accessTab = createRoute({
  getParentRoute: () => instance,
  path: "/access",
  component: lazyRouteComponent(() => import("@/features/instances/access-tab"), "AccessTab"),
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
  component: lazyRouteComponent(() => import("@/features/account/account-section"), "AccountSection"),
});
const accountPages = [
  createRoute({
    getParentRoute: () => account,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/account/profile-page"), "ProfilePage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/security",
    component: lazyRouteComponent(() => import("@/features/account/security-page"), "SecurityPage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/sessions",
    component: lazyRouteComponent(() => import("@/features/account/sessions-page"), "SessionsPage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/tokens",
    component: lazyRouteComponent(() => import("@/features/account/tokens-page"), "TokensPage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/notifications",
    component: lazyRouteComponent(
      () => import("@/features/notifications/preferences-page"),
      "PreferencesPage",
    ),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/secrets",
    component: lazyRouteComponent(() => import("@/features/account/secrets-page"), "UserSecretsPage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/tenants",
    component: lazyRouteComponent(() => import("@/features/tenants/my-tenants-page"), "MyTenantsPage"),
  }),
  createRoute({
    getParentRoute: () => account,
    path: "/data",
    component: lazyRouteComponent(() => import("@/features/account/data-page"), "DataPage"),
  }),
] as const;
const team = createRoute({
  getParentRoute: () => shell,
  path: "/team",
  component: lazyRouteComponent(() => import("@/features/team/team-section"), "TeamSection"),
});
const teamPages = [
  createRoute({
    getParentRoute: () => team,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/team/members-page"), "MembersPage"),
  }),
  createRoute({
    getParentRoute: () => team,
    path: "/invites",
    validateSearch: (search): { new?: true } => (search["new"] ? { new: true } : {}),
    component: lazyRouteComponent(() => import("@/features/team/invites-page"), "InvitesPage"),
  }),
  createRoute({
    getParentRoute: () => team,
    path: "/roles",
    component: lazyRouteComponent(() => import("@/features/team/roles-page"), "RolesPage"),
  }),
] as const;

const tenant = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/tenants/settings-section"), "SettingsSection"),
});
const tenantPages = [
  createRoute({
    getParentRoute: () => tenant,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/tenants/general-page"), "GeneralPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/security",
    component: lazyRouteComponent(() => import("@/features/tenants/security-page"), "TenantSecurityPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/sign-in",
    component: lazyRouteComponent(() => import("@/features/sources/sources-page"), "SourcesPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/quotas",
    component: lazyRouteComponent(() => import("@/features/tenants/quotas-page"), "QuotasPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/secrets",
    component: lazyRouteComponent(() => import("@/features/tenants/secrets-page"), "TenantSecretsPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/webhooks",
    component: lazyRouteComponent(() => import("@/features/webhooks/webhooks-page"), "WebhooksPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/webhooks/$webhook",
    component: lazyRouteComponent(() => import("@/features/webhooks/webhook-page"), "WebhookPage"),
  }),
  createRoute({
    getParentRoute: () => tenant,
    path: "/data",
    component: lazyRouteComponent(() => import("@/features/tenants/data-page"), "TenantDataPage"),
  }),
] as const;

const audit = createRoute({
  getParentRoute: () => shell,
  path: "/audit",
  validateSearch: (
    search,
  ): { action?: string; actor?: string; object?: string; from?: string; to?: string } => {
    const filter: Record<string, string> = {};
    for (const name of ["action", "actor", "object", "from", "to"]) {
      const value = text(search[name]);
      if (value) filter[name] = value;
    }
    return filter;
  },
  component: lazyRouteComponent(() => import("@/features/audit/audit-page"), "AuditPage"),
});
const inbox = createRoute({
  getParentRoute: () => shell,
  path: "/notifications",
  component: lazyRouteComponent(() => import("@/features/notifications/inbox-page"), "InboxPage"),
});

const operator = createRoute({
  getParentRoute: () => shell,
  path: "/operator",
  component: lazyRouteComponent(() => import("@/features/operator/operator-section"), "OperatorSection"),
});
const operatorPages = [
  createRoute({
    getParentRoute: () => operator,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/operator/tenants-page"), "OperatorTenantsPage"),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: "/users",
    component: lazyRouteComponent(() => import("@/features/operator/users-page"), "OperatorUsersPage"),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: "/mails",
    component: lazyRouteComponent(() => import("@/features/operator/mails-page"), "OperatorMailsPage"),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: "/templates",
    component: lazyRouteComponent(
      () => import("@/features/operator/templates-page"),
      "OperatorTemplatesPage",
    ),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: "/keys",
    component: lazyRouteComponent(() => import("@/features/operator/keys-page"), "OperatorKeysPage"),
  }),
] as const;

const reference = createRoute({
  getParentRoute: () => shell,
  path: "/reference",
  component: lazyRouteComponent(() => import("@/features/reference/reference-page"), "ReferencePage"),
});
const nowhere = createRoute({ getParentRoute: () => shell, path: "$", component: NotFound });

const tree = root.addChildren([
  ...outsideRoutes,
  home,
  webhooks,
  shell.addChildren([
    instances,
    instance.addChildren([overview, terminal, consoleTab, ports, secretsTab, accessTab, settings]),
    operations,
    operation,
    nodes,
    account.addChildren(accountPages),
    team.addChildren(teamPages),
    tenant.addChildren(tenantPages),
    audit,
    inbox,
    operator.addChildren(operatorPages),
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
