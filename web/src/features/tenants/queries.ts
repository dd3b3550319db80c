import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Me, Page, Tenant, TenantSecurityChange } from "@/api/types";

const at = (id: string) => ({ path: { tenant: id } });
const quiet = { meta: { quiet: true } } as const;

export function useCreateTenant() {
  return useMutation({
    ...quiet,
    mutationFn: (name: string) => body(api.POST("/v1/tenants", { body: { name } })),
  });
}

/** Those that wait for their end; the others stand in `Me`. */
export const deletedTenantsQuery = () =>
  queryOptions({
    queryKey: keys.tenants,
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Tenant>> =>
      body(api.GET("/v1/tenants", { params: { query: { limit: 200, deleted: true } }, signal })),
  });

export function useRenameTenant(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (name: string) => body(api.PATCH("/v1/tenants/{tenant}", { params: at(id), body: { name } })),
    onSuccess: ({ name }) =>
      client.setQueryData<Me>(
        keys.me,
        (me) =>
          me && {
            ...me,
            tenant: me.tenant.id === id ? { ...me.tenant, name } : me.tenant,
            tenants: me.tenants.map((tenant) => (tenant.id === id ? { ...tenant, name } : tenant)),
          },
      ),
  });
}

export function useTenantAction(action: "delete" | "restore" | "leave") {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: async (id: string): Promise<void> => {
      const params = at(id);
      if (action === "delete") await api.DELETE("/v1/tenants/{tenant}", { params });
      else if (action === "restore") await api.POST("/v1/tenants/{tenant}/restore", { params });
      else await api.POST("/v1/tenants/{tenant}/leave", { params });
    },
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.tenants }),
        client.invalidateQueries({ queryKey: keys.me }),
      ]),
  });
}

export const securityQuery = (id: string) =>
  queryOptions({
    queryKey: keys.security(id),
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/tenants/{tenant}/security", { params: at(id), signal })),
  });

export function useSetSecurity(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (change: TenantSecurityChange) =>
      body(api.PATCH("/v1/tenants/{tenant}/security", { params: at(id), body: change })),
    onSuccess: (answer) => client.setQueryData(keys.security(id), answer),
  });
}

export const quotasQuery = (id: string) =>
  queryOptions({
    queryKey: keys.quotas(id),
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/tenants/{tenant}/quotas", { params: at(id), signal })),
  });
