import type { PermissionInfo } from "@/api/types";

export interface PermissionGroup {
  group: string;
  items: readonly (readonly [key: string, words: string])[];
}

/** What each permission lets somebody do, in words. The order is that of the matrix. */
export const PERMISSIONS: readonly PermissionGroup[] = [
  {
    group: "Instances",
    items: [
      ["instance:read", "see instances, their console and ports"],
      ["instance:write", "create, change, start, stop and delete instances"],
      ["instance:connect", "terminals, commands and private previews"],
      ["operation:read", "see operations"],
      ["operation:write", "cancel and retry operations"],
      ["secret:read", "see names and versions of secrets"],
      ["secret:write", "set and delete secrets"],
    ],
  },
  {
    group: "Tenant",
    items: [
      ["tenant:read", "see the tenant, its members and quotas"],
      ["tenant:write", "rename it, change its security settings"],
      ["tenant:export", "download everything the tenant has"],
      ["tenant:delete", "delete the tenant"],
      ["member:write", "invite, remove and give roles"],
      ["role:write", "make and change custom roles"],
      ["sso:read", "see sources of sign-in"],
      ["sso:write", "change sources of sign-in"],
      ["audit:read", "read the audit log"],
      ["audit:write", "choose where audit events are forwarded"],
      ["webhook:read", "see webhooks and their deliveries"],
      ["webhook:write", "change webhooks"],
      ["node:read", "see nodes"],
    ],
  },
  {
    group: "Account",
    items: [
      ["account:read", "see your own sessions and tokens"],
      ["account:write", "change your own account"],
    ],
  },
  {
    group: "Installation",
    items: [
      ["operator:read", "see all tenants and users"],
      ["operator:write", "change quotas, users and keys of the installation"],
    ],
  },
];

/** What roles can give: what the server has, also what these words do not know yet. Before it answered, what they know. */
export function givable(known: readonly PermissionInfo[] | undefined): readonly PermissionGroup[] {
  const groups = PERMISSIONS.filter(({ group }) => group !== "Installation");
  if (!known) return groups;
  const keys = new Set(known.filter((item) => !item.operators_only).map((item) => item.key));
  const named = new Set(PERMISSIONS.flatMap(({ items }) => items.map(([key]) => key)));
  const others = [...keys].filter((key) => !named.has(key)).map((key) => [key, ""] as const);
  return [
    ...groups.map(({ group, items }) => ({ group, items: items.filter(([key]) => keys.has(key)) })),
    { group: "Others", items: others },
  ].filter(({ items }) => items.length > 0);
}
