import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import { currentTenantId } from "@/api/tenant";
import type { AuditEvent, AuditSink, Page } from "@/api/types";

export interface AuditFilter {
  action?: string;
  actor?: string;
  object?: string;
  from?: string;
  to?: string;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: keys.audit(filter),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<AuditEvent>> =>
      body(
        api.GET("/v1/audit", {
          params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}), ...filter } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** The address that downloads what is filtered. A link cannot add headers, so the tenant stands in the query. */
export function exportAddress(format: "jsonl" | "cef", filter: AuditFilter): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter) as [string, string | undefined][])
    if (value) query.set(name, value);
  const tenant = currentTenantId();
  if (tenant) query.set("tenant", tenant);
  return `/v1/audit/export?${query.toString()}`;
}

export const checkpointQuery = () =>
  queryOptions({
    queryKey: keys.checkpoint,
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/audit/checkpoint", { signal })),
  });

export function useVerifyAudit() {
  return useMutation({
    mutationFn: () => body(api.POST("/v1/audit/verify", { body: {} })),
    meta: { quiet: true },
  });
}

export const sinksQuery = () =>
  queryOptions({
    queryKey: keys.sinks,
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/audit/sinks", { signal })),
  });

export function useAddSink() {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (input: { kind: AuditSink["kind"]; target: string }) =>
      body(api.POST("/v1/audit/sinks", { body: input })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sinks }),
    gcTime: 0,
  });
}

export function useRemoveSink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sink: string) => body(api.DELETE("/v1/audit/sinks/{sink}", { params: { path: { sink } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sinks }),
  });
}
