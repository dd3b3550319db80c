import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Binding, Invite, Member, NewInvite, Page, PermissionInfo, Role } from "@/api/types";

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
      body(
        api.PATCH("/v1/tenants/{tenant}/members/{user}", {
          params: { path: { tenant: tenantId, user } },
          body: { role },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: keys.members(tenantId) }),
  });
}

export function useRemoveMember(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (user: string) =>
      api.DELETE("/v1/tenants/{tenant}/members/{user}", { params: { path: { tenant: tenantId, user } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.members(tenantId) }),
  });
}

export const invitesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.invites(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Invite>> =>
      body(
        api.GET("/v1/tenants/{tenant}/invites", {
          params: { path: { tenant: tenantId } },
          signal,
        }),
      ),
  });

export function useInvite(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: (input: NewInvite) =>
      body(api.POST("/v1/tenants/{tenant}/invites", { params: { path: { tenant: tenantId } }, body: input })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invites(tenantId) }),
  });
}

export function useWithdrawInvite(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (invite: string) =>
      api.DELETE("/v1/tenants/{tenant}/invites/{invite}", { params: { path: { tenant: tenantId, invite } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invites(tenantId) }),
  });
}

export const rolesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.roles(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Role>> =>
      body(
        api.GET("/v1/tenants/{tenant}/roles", {
          params: { path: { tenant: tenantId } },
          signal,
        }),
      ),
  });

/** Every permission that the server knows. It does not change while the server runs. */
export const permissionsQuery = () =>
  queryOptions({
    queryKey: keys.permissions,
    staleTime: Infinity,
    queryFn: ({ signal }): Promise<Page<PermissionInfo>> => body(api.GET("/v1/permissions", { signal })),
  });

/** Makes one without an id, else changes it. */
export function useSaveRole(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: ({ id, ...role }: { id?: string; name: string; permissions: string[] }) =>
      id
        ? body(
            api.PATCH("/v1/tenants/{tenant}/roles/{role}", {
              params: { path: { tenant: tenantId, role: id } },
              body: role,
            }),
          )
        : body(
            api.POST("/v1/tenants/{tenant}/roles", { params: { path: { tenant: tenantId } }, body: role }),
          ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.roles(tenantId) }),
  });
}

export function useDeleteRole(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (id: string) =>
      api.DELETE("/v1/tenants/{tenant}/roles/{role}", { params: { path: { tenant: tenantId, role: id } } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.roles(tenantId) }),
  });
}

export const bindingsQuery = (instance: string) =>
  queryOptions({
    queryKey: keys.bindings(instance),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Binding>> =>
      body(
        api.GET("/v1/instances/{instance}/bindings", {
          params: { path: { instance } },
          signal,
        }),
      ),
  });

export function useBind(instance: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    /** Without a role the binding goes. */
    mutationFn: async ({ user, role }: { user: string; role?: string }): Promise<void> => {
      const params = { path: { instance, user } };
      if (role) await api.PUT("/v1/instances/{instance}/bindings/{user}", { params, body: { role } });
      else await api.DELETE("/v1/instances/{instance}/bindings/{user}", { params });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.bindings(instance) }),
  });
}
