import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Me, Page, Tenant as PlainTenant } from "@/api/types";

/** `Tenant` with what RFC 3 adds. */
export interface Tenant extends PlainTenant {
  /** When its deletion was asked for. */
  deleted_at?: string | null;
  /** When it will be erased for good. */
  erased_after?: string | null;
  custom_role?: { id: string; name: string } | null;
}

/** `TenantSecurity` of `crates/api/src/v1/tenants.rs` */
export interface TenantSecurity {
  require_second_factor: boolean;
  /** Networks in CIDR form; empty: from anywhere. */
  ip_allowlist: string[];
}

/** `Quota` */
export interface Quota {
  what: string;
  used: number;
  limit: number;
  /** An operator said so; else it is the installation's default. */
  set: boolean;
}

const one = (id: string) => `/v1/tenants/${encodeURIComponent(id)}`;
const quiet = { meta: { quiet: true } } as const;

export function useCreateTenant() {
  return useMutation({
    ...quiet,
    mutationFn: (name: string) => send<Tenant>("POST", "/v1/tenants", { body: { name } }),
  });
}

/** Those that wait for their end; the others stand in `Me`. */
export const deletedTenantsQuery = () =>
  queryOptions({
    queryKey: keys.tenants,
    refetchOnMount: "always",
    queryFn: ({ signal }) =>
      send<Page<Tenant>>("GET", "/v1/tenants", { query: { limit: 200, deleted: true }, signal }),
  });

export function useRenameTenant(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (name: string) => send<Tenant>("PATCH", one(id), { body: { name } }),
    onSuccess: (_answer, name) =>
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
    mutationFn: (id: string) =>
      action === "delete" ? send<unknown>("DELETE", one(id)) : send<unknown>("POST", `${one(id)}/${action}`),
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
    queryFn: ({ signal }) => send<TenantSecurity>("GET", `${one(id)}/security`, { signal }),
  });

export function useSetSecurity(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (change: Partial<TenantSecurity> & { lock_me_out?: boolean }) =>
      send<TenantSecurity>("PATCH", `${one(id)}/security`, { body: change }),
    onSuccess: (answer) => client.setQueryData(keys.security(id), answer),
  });
}

export const quotasQuery = (id: string) =>
  queryOptions({
    queryKey: keys.quotas(id),
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<Quota>>("GET", `${one(id)}/quotas`, { signal }),
  });
