import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body, send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Member, Page } from "@/api/types";

/** `CustomRole`: which one it is when `role` is `custom`. */
export interface CustomRole {
  id: string;
  name: string;
}

/** `Invite` of `crates/api/src/v1/tenants.rs` */
export interface Invite {
  id: string;
  /** Absent: whoever has the link. */
  email?: string | null;
  role: string;
  custom_role?: CustomRole | null;
  invited_by: string;
  created_at: string;
  expires_at: string;
}

/** `CreatedInvite`: the only answer that carries the link. */
export interface CreatedInvite {
  invite: Invite;
  url?: string | null;
}

/** `RoleDefinition`: a built-in one or a tenant's own. */
export interface Role {
  /** `owner` and the like, or `role_…`. */
  id: string;
  name: string;
  built_in: boolean;
  permissions: string[];
}

const tenant = (id: string) => `/v1/tenants/${encodeURIComponent(id)}`;
const quiet = { meta: { quiet: true } } as const;

export const membersQuery = (tenantId: string) =>
  infiniteQueryOptions({
    queryKey: keys.members(tenantId),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<Member>> =>
      body(
        api.GET("/v1/tenants/{tenant}/members", {
          params: {
            path: { tenant: tenantId },
            query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export function useChangeRole(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ user, role }: { user: string; role: string }) =>
      send<unknown>("PATCH", `${tenant(tenantId)}/members/${user}`, { body: { role } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.members(tenantId) }),
  });
}

export function useRemoveMember(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (user: string) => send<undefined>("DELETE", `${tenant(tenantId)}/members/${user}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.members(tenantId) }),
  });
}

export const invitesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.invites(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }) =>
      send<Page<Invite>>("GET", `${tenant(tenantId)}/invites`, { query: { limit: 200 }, signal }),
  });

export function useInvite(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: (input: { email: string; role: string } | { link: true; role: string }) =>
      send<CreatedInvite>("POST", `${tenant(tenantId)}/invites`, { body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invites(tenantId) }),
  });
}

export function useWithdrawInvite(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (invite: string) => send<undefined>("DELETE", `${tenant(tenantId)}/invites/${invite}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invites(tenantId) }),
  });
}

export const rolesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.roles(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }) =>
      send<Page<Role>>("GET", `${tenant(tenantId)}/roles`, { query: { limit: 200 }, signal }),
  });

/** Makes one without an id, else changes it. */
export function useSaveRole(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: ({ id, name, permissions }: { id?: string; name: string; permissions: string[] }) =>
      id
        ? send<Role>("PATCH", `${tenant(tenantId)}/roles/${id}`, { body: { name, permissions } })
        : send<Role>("POST", `${tenant(tenantId)}/roles`, { body: { name, permissions } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.roles(tenantId) }),
  });
}

export function useDeleteRole(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (id: string) => send<undefined>("DELETE", `${tenant(tenantId)}/roles/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.roles(tenantId) }),
  });
}

/** `Binding`: what a member may do on one instance beyond their role in the tenant. */
export interface Binding {
  user: { id: string; name: string; email?: string | null };
  role: string;
  custom_role?: CustomRole | null;
  since: string;
}

const bindings = (instance: string) => `/v1/instances/${encodeURIComponent(instance)}/bindings`;

export const bindingsQuery = (instance: string) =>
  queryOptions({
    queryKey: keys.bindings(instance),
    refetchOnMount: "always",
    queryFn: ({ signal }) =>
      send<Page<Binding>>("GET", bindings(instance), { query: { limit: 200 }, signal }),
  });

export function useBind(instance: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    /** Without a role the binding goes. */
    mutationFn: ({ user, role }: { user: string; role?: string }) =>
      role
        ? send<unknown>("PUT", `${bindings(instance)}/${user}`, { body: { role } })
        : send<undefined>("DELETE", `${bindings(instance)}/${user}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.bindings(instance) }),
  });
}
