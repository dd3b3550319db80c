import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import { currentTenantId } from "@/api/tenant";
import type { Page } from "@/api/types";

/** `AuditEvent` of `crates/api/src/v1/audit.rs` */
export interface AuditEvent {
  id: string;
  /** Place in the tenant's log, from 0. */
  index: number;
  at: string;
  action: string;
  /** The user who acted; absent: Stead itself. */
  actor?: string | null;
  object?: string | null;
  credential?: string | null;
  ip?: string | null;
  user_agent?: string | null;
  request_id?: string | null;
  /** More about it, such as `before` and `after`. */
  detail?: Record<string, unknown> | null;
  /** The user whom `about` is about. */
  subject?: string | null;
  /** Names and addresses of `subject`. */
  about?: unknown;
}

export interface AuditFilter {
  action?: string;
  actor?: string;
  object?: string;
  from?: string;
  to?: string;
}

/** `AuditCheckpoint` */
export interface Checkpoint {
  tenant: string;
  size: number;
  /** In hexadecimal. */
  root: string;
  at: string;
  /** The signed note as tools of transparency logs read it. */
  note: string;
}

/** `AuditVerification` */
export interface Verification {
  intact: boolean;
  rows: number;
  /** Checkpoints that the rows agree with. */
  checkpoints: number;
  /** Rows of which something was forgotten by an erasure. */
  forgotten: number;
  /** The first row that is wrong. */
  finding?: { wrong: string; index: number; message: string } | null;
}

/** `AuditSink` */
export interface Sink {
  id: string;
  kind: "https" | "syslog";
  target: string;
  created_at: string;
  last_error?: string | null;
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: keys.audit(filter),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      send<Page<AuditEvent>>("GET", "/v1/audit", {
        query: { limit: 50, cursor: pageParam, ...filter },
        signal,
      }),
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
    queryFn: ({ signal }) => send<Checkpoint>("GET", "/v1/audit/checkpoint", { signal }),
  });

export function useVerifyAudit() {
  return useMutation({
    mutationFn: () => send<Verification>("POST", "/v1/audit/verify", { body: {} }),
    meta: { quiet: true },
  });
}

export const sinksQuery = () =>
  queryOptions({
    queryKey: keys.sinks,
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<Sink>>("GET", "/v1/audit/sinks", { signal }),
  });

export function useAddSink() {
  const client = useQueryClient();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (input: { kind: Sink["kind"]; target: string }) =>
      send<Sink>("POST", "/v1/audit/sinks", { body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sinks }),
  });
}

export function useRemoveSink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => send<undefined>("DELETE", `/v1/audit/sinks/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sinks }),
  });
}
