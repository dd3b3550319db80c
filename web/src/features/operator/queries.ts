import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { KeyKind, OperatorTenant, OperatorUser, Page, QuotaLimits } from "@/api/types";

const quiet = { meta: { quiet: true } } as const;

const pageOf = (pageParam: string) => ({ limit: 50, ...(pageParam ? { cursor: pageParam } : {}) });

export const operatorTenantsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.operator("tenants", q),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<OperatorTenant>> =>
      body(
        api.GET("/v1/operator/tenants", {
          params: { query: { ...pageOf(pageParam), ...(q ? { q } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const operatorUsersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.operator("users", q),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<OperatorUser>> =>
      body(
        api.GET("/v1/operator/users", {
          params: { query: { ...pageOf(pageParam), ...(q ? { q } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const mailsQuery = () =>
  infiniteQueryOptions({
    queryKey: keys.operator("mails"),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/v1/operator/mails", { params: { query: pageOf(pageParam) }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export function useSetQuotas(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (limits: QuotaLimits) =>
      body(
        api.PUT("/v1/operator/tenants/{tenant}/quotas", {
          params: { path: { tenant: tenantId } },
          body: limits,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator", "tenants"] }),
  });
}

export function useSwitchUser() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: ({ id, on }: { id: string; on: boolean }) => {
      const params = { path: { user: id } };
      return on
        ? body(api.POST("/v1/operator/users/{user}/enable", { params }))
        : body(api.POST("/v1/operator/users/{user}/disable", { params }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator", "users"] }),
  });
}

export const templatesQuery = () =>
  queryOptions({
    queryKey: keys.operator("mail-templates"),
    queryFn: ({ signal }) => body(api.GET("/v1/operator/mail-templates", { signal })),
  });

export const previewQuery = (template: string) =>
  queryOptions({
    queryKey: keys.operator("mail-templates", template),
    queryFn: ({ signal }) =>
      body(
        api.GET("/v1/operator/mail-templates/{template}/preview", {
          params: { path: { template } },
          signal,
        }),
      ),
  });

export const keysQuery = () =>
  queryOptions({
    queryKey: keys.operator("keys"),
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/operator/keys", { signal })),
  });

/** What a rotation would do; changes nothing. */
export function useRotationPlan() {
  return useMutation({
    ...quiet,
    mutationFn: (what: KeyKind) => body(api.POST("/v1/operator/keys/rotate", { body: { what, plan: true } })),
  });
}

export function useRotate() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (what: KeyKind) =>
      body(api.POST("/v1/operator/keys/rotate", { body: { what, plan: false } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.operator("keys") }),
  });
}
