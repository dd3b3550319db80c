/** Tenants, their teams, roles, quotas and sources on the mock server. */
import type {
  Binding,
  Invite,
  Member,
  NewInvite,
  ProblemField,
  Quota,
  Role,
  Tenant,
  TenantSecurity,
} from "@/api/types";
import type { Source, SourceInput } from "@/features/sources/queries";
import { PERMISSIONS } from "@/features/session/permissions";
import { ago, alan, id } from "./data";
import { done, fresh, missing, ok, page, refuse, type Call, type Route } from "./handler";
import { secretRoutes } from "./secrets";
import type { World } from "./world";

const GIB = 1024 ** 3;

const GUEST = ["instance:read", "operation:read", "tenant:read", "account:read", "account:write"];
const MEMBER = [...GUEST, "instance:write", "instance:connect", "operation:write", "secret:read"];
const SUPPORT = [...GUEST, "node:read", "audit:read", "webhook:read", "sso:read"];
const ADMIN = [
  ...new Set([...MEMBER, ...SUPPORT]),
  "tenant:write",
  "tenant:export",
  "member:write",
  "role:write",
  "sso:write",
  "audit:write",
  "secret:write",
  "webhook:write",
];
const builtIn = (name: string, permissions: string[]): Role => ({
  id: name,
  name,
  built_in: true,
  permissions,
});

export const roles = (): Role[] => [
  builtIn("owner", [...ADMIN, "tenant:delete"]),
  builtIn("admin", ADMIN),
  builtIn("support", SUPPORT),
  builtIn("member", MEMBER),
  builtIn("guest", GUEST),
  {
    id: "role_01jb000000000000000deployer",
    name: "Deployer",
    built_in: false,
    permissions: ["instance:read", "instance:write", "operation:read", "operation:write", "secret:read"],
  },
];

export const invites = (): Invite[] => [
  {
    id: "inv_1",
    email: "katherine@acme.dev",
    role: "member",
    invited_by: "Grace Hopper",
    created_at: ago(900),
    expires_at: ago(-9000),
  },
  {
    id: "inv_2",
    email: "annie.easley.with.a.long.address@engineering.acme.dev",
    role: "custom",
    custom_role: { id: "role_01jb000000000000000deployer", name: "Deployer" },
    invited_by: "Ada Byron",
    created_at: ago(4000),
    expires_at: ago(-6000),
  },
];

export const security = (): TenantSecurity => ({
  require_second_factor: false,
  ip_allowlist: ["192.168.0.0/16", "10.8.0.0/24"],
});

export const quotas = (): Quota[] => [
  { what: "instances", used: 8, limit: 50, set: false },
  { what: "cpu_millis", used: 18_000, limit: 20_000, set: true },
  { what: "memory_bytes", used: 42 * GIB, limit: 64 * GIB, set: true },
  { what: "disk_bytes", used: 120 * GIB, limit: 500 * GIB, set: false },
  { what: "members", used: 5, limit: 5, set: false },
];

export const sources = (): Source[] => [
  {
    id: "src_acme_oidc",
    name: "Acme login",
    kind: "oidc",
    enabled: true,
    settings: { issuer: "https://login.acme.dev", client_id: "stead" },
    has_secret: true,
    role: "member",
    group_roles: [],
    domains: ["acme.dev"],
    callback_url: "http://localhost:7433/v1/auth/sources/src_acme_oidc/callback",
    sign_in_url: "http://localhost:7433/sign-in?tenant=ten_01jb000000000000000000acme",
    created_at: ago(30_000),
    updated_at: ago(30_000),
  },
  {
    id: "src_acme_ldap",
    name: "Old directory",
    kind: "ldap",
    enabled: false,
    settings: {
      url: "ldaps://ldap.acme.dev",
      bind_dn: "cn=stead,dc=acme,dc=dev",
      base_dn: "ou=people,dc=acme,dc=dev",
    },
    has_secret: true,
    role: "member",
    group_roles: [],
    domains: [],
    sign_in_url: "http://localhost:7433/sign-in?tenant=ten_01jb000000000000000000acme",
    created_at: ago(90_000),
    updated_at: ago(90_000),
  },
];

export const deletedTenant = (): Tenant => ({
  id: "ten_01jb00000000000000000labs",
  name: "Acme Labs",
  personal: false,
  role: "owner",
  created_at: ago(80_000),
  deleted_at: ago(4000),
  erased_after: ago(-39_000),
});

export const bindings = (): Record<string, Binding[]> => ({
  shop: [
    {
      user: alan,
      role: "admin",
      since: ago(3000),
    },
  ],
});

const T = "/v1/tenants/{tenant}";

/** What the server makes of the reference of a role: its own ones are `custom`, with the role beside. */
function given(world: World, reference: string): Pick<Member, "role" | "custom_role"> {
  const role = world.roles.find((item) => item.id === reference);
  return role && !role.built_in
    ? { role: "custom", custom_role: { id: role.id, name: role.name } }
    : { role: reference as Member["role"], custom_role: null };
}

const boundTo = ({ world, params }: Call): Binding[] => (world.bindings[params["instance"] ?? ""] ??= []);

export const TENANCY_ROUTES: Route[] = [
  [
    "GET",
    "/v1/tenants",
    ({ world, query }) => page(query.get("deleted") ? world.deletedTenants : world.me.tenants),
  ],
  [
    "POST",
    "/v1/tenants",
    ({ world, body }) => {
      const made: Tenant = {
        id: id("ten"),
        name: (body as { name: string }).name,
        personal: false,
        role: "owner",
        created_at: ago(0),
      };
      world.me.tenants.push(made);
      return ok(made, 201);
    },
  ],
  ["GET", T, ({ world }) => ok(world.me.tenant)],
  ["PATCH", T, ({ world, body }) => ok(Object.assign(world.me.tenant, body))],
  [
    "DELETE",
    T,
    fresh(({ world }) => ok({ ...world.me.tenant, deleted_at: ago(0), erased_after: ago(-43_200) })),
  ],
  [
    "POST",
    `${T}/restore`,
    ({ world, params }) => {
      const back = world.deletedTenants.find((tenant) => tenant.id === params["tenant"]);
      if (!back) return missing("tenant");
      world.deletedTenants = world.deletedTenants.filter((tenant) => tenant !== back);
      const restored: Tenant = { ...back, deleted_at: null, erased_after: null };
      world.me.tenants.push(restored);
      return ok(restored);
    },
  ],
  [
    "POST",
    `${T}/leave`,
    () =>
      refuse(
        409,
        "last_owner",
        "You are the last owner of this tenant.",
        "Make somebody else an owner first, or delete the tenant.",
      ),
  ],
  ["GET", `${T}/security`, ({ world }) => ok(world.security)],
  [
    "PATCH",
    `${T}/security`,
    fresh(({ world, body }) => {
      const change = body as Partial<TenantSecurity>;
      const odd = change.ip_allowlist?.find((network) => !/^[\d.:a-f]+(\/\d+)?$/i.test(network));
      if (odd)
        return refuse(422, "invalid_input", "The networks were not saved.", undefined, [
          {
            field: "ip_allowlist.0",
            message: `“${odd}” is no address and no network, such as 192.0.2.0/24.`,
          },
        ]);
      return ok(Object.assign(world.security, change));
    }),
  ],
  ["GET", `${T}/quotas`, ({ world }) => page(world.quotas)],
  ["GET", `${T}/members`, ({ world }) => page(world.members)],
  [
    "PATCH",
    `${T}/members/{user}`,
    ({ world, params, body }) => {
      const member = world.members.find((item) => item.user.id === params["user"]);
      const { role } = body as { role: string };
      return member ? ok(Object.assign(member, given(world, role))) : missing("member");
    },
  ],
  [
    "DELETE",
    `${T}/members/{user}`,
    ({ world, params }) => {
      world.members = world.members.filter((item) => item.user.id !== params["user"]);
      return done;
    },
  ],
  ["GET", `${T}/invites`, ({ world }) => page(world.invites)],
  [
    "POST",
    `${T}/invites`,
    ({ world, body }) => {
      const input = body as NewInvite;
      const errors: ProblemField[] = world.members.some(({ user }) => user.email === input.email)
        ? [{ field: "email", message: "They are a member already." }]
        : [];
      if (errors.length > 0) return refuse(422, "invalid_input", "Nobody was invited.", undefined, errors);
      const invite: Invite = {
        id: id("inv"),
        email: input.email ?? null,
        ...given(world, input.role),
        invited_by: "Ada Byron",
        created_at: ago(0),
        expires_at: ago(-10_080),
      };
      world.invites.unshift(invite);
      return ok({ invite, url: "http://localhost:7433/invite#k3vY8wq2ZtN5rB1mC7xD0sLpJ4hFgA6e" }, 201);
    },
  ],
  [
    "DELETE",
    `${T}/invites/{invite}`,
    ({ world, params }) => {
      world.invites = world.invites.filter((item) => item.id !== params["invite"]);
      return done;
    },
  ],
  [
    "GET",
    "/v1/permissions",
    ({ world }) =>
      page(
        PERMISSIONS.flatMap(({ group, items }) =>
          items.map(([key]) => ({
            key,
            operators_only: group === "Installation",
            per_instance: key.startsWith("instance:"),
            roles: world.roles
              .filter((role) => role.built_in && role.permissions.includes(key))
              .map((role) => role.id),
          })),
        ),
      ),
  ],
  ["GET", `${T}/roles`, ({ world }) => page(world.roles)],
  [
    "POST",
    `${T}/roles`,
    ({ world, body }) => {
      const made: Role = {
        id: id("role"),
        built_in: false,
        ...(body as { name: string; permissions: string[] }),
      };
      world.roles.push(made);
      return ok(made, 201);
    },
  ],
  [
    "PATCH",
    `${T}/roles/{role}`,
    ({ world, params, body }) => {
      const role = world.roles.find((item) => item.id === params["role"]);
      return role ? ok(Object.assign(role, body)) : missing("role");
    },
  ],
  [
    "DELETE",
    `${T}/roles/{role}`,
    () =>
      refuse(
        409,
        "role_in_use",
        "One invitation gives this role.",
        "Withdraw it or wait until it was used, then delete the role.",
      ),
  ],
  ["GET", `${T}/sources`, ({ world }) => page(world.sources)],
  [
    "POST",
    `${T}/sources`,
    fresh(({ world, body }) => {
      const input = body as SourceInput;
      const { client_secret, bind_password, ...settings } = input.settings;
      if (settings["issuer"]?.includes("wrong"))
        return refuse(422, "invalid_input", "The source was not kept.", undefined, [
          { field: "settings.issuer", message: "It did not answer with its settings: no such host." },
        ]);
      const made: Source = {
        name: input.name,
        kind: input.kind,
        settings,
        has_secret: Boolean(client_secret ?? bind_password),
        id: id("src"),
        enabled: true,
        role: input.role ?? "member",
        group_roles: [],
        domains: input.domains ?? [],
        sign_in_url: "http://localhost:7433/sign-in?tenant=ten_01jb000000000000000000acme",
        created_at: ago(0),
        updated_at: ago(0),
      };
      world.sources.push(made);
      return ok(made, 201);
    }),
  ],
  [
    "PATCH",
    `${T}/sources/{source}`,
    fresh(({ world, params, body }) => {
      const source = world.sources.find((item) => item.id === params["source"]);
      return source ? ok(Object.assign(source, body)) : missing("source");
    }),
  ],
  [
    "DELETE",
    `${T}/sources/{source}`,
    fresh(({ world, params }) => {
      world.sources = world.sources.filter((item) => item.id !== params["source"]);
      return done;
    }),
  ],
  ["GET", "/v1/instances/{instance}/bindings", (call) => page(boundTo(call))],
  [
    "PUT",
    "/v1/instances/{instance}/bindings/{user}",
    (call) => {
      const { role } = call.body as { role: string };
      const held = boundTo(call).find((item) => item.user.id === call.params["user"]);
      if (held) return ok(Object.assign(held, given(call.world, role)));
      const member = call.world.members.find((item) => item.user.id === call.params["user"]);
      if (!member) return missing("member");
      const made: Binding = { user: member.user, ...given(call.world, role), since: ago(0) };
      boundTo(call).push(made);
      return ok(made);
    },
  ],
  [
    "DELETE",
    "/v1/instances/{instance}/bindings/{user}",
    (call) => {
      const list = boundTo(call);
      call.world.bindings[call.params["instance"] ?? ""] = list.filter(
        (item) => item.user.id !== call.params["user"],
      );
      return done;
    },
  ],
  ...secretRoutes("/v1/secrets"),
  ...secretRoutes("/v1/instances/{instance}/secrets"),
];
