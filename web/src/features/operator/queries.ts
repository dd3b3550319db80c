import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Operation, Page, User } from "@/api/types";
import type { Quota } from "../tenants/queries";

/** `OperatorTenant` of `crates/api/src/v1/tenants.rs` */
export interface OperatorTenant {
  id: string;
  name: string;
  personal: boolean;
  created_at: string;
  deleted_at?: string | null;
  quotas: Quota[];
}

/** `OperatorUser` */
export interface OperatorUser {
  user: User;
  operator: boolean;
  /** Since when an operator keeps them out. */
  disabled_at?: string | null;
}

/** `Mail` of `crates/api/src/v1/notifications.rs` */
export interface Mail {
  id: string;
  kind: string;
  address: string;
  state: "queued" | "held" | "delivered" | "dead";
  attempts: number;
  problem?: string | null;
  created_at: string;
  ended_at?: string | null;
  /** Only while no mail server takes it. */
  content?: MailContent | null;
}

/** `MailContent`, also the answer of a template's preview. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

/** `Mails` */
export interface Mails extends Page<Mail> {
  /** Whether a mail server is set. */
  mail_server: boolean;
}

/** `MailTemplate` */
export interface MailTemplate {
  template: string;
  title: string;
  security: boolean;
}

/** `Keys` of `crates/api/src/v1/keys.rs`: ids and counts, never a key. */
export interface Keys {
  master_keys: {
    id: string;
    source: string;
    current: boolean;
    created_at: string;
    retired_at?: string | null;
    data_keys: number;
  }[];
  data_keys: { total: number; retired: number };
  signing_keys: {
    id: string;
    purpose: string;
    current: boolean;
    public_key: string;
    created_at: string;
    retired_at?: string | null;
  }[];
}

export type KeyKind = "master" | "data" | "signing";

/** `KeyRotation` */
export interface KeyRotation {
  what: KeyKind;
  owner?: string | null;
  replaces: string[];
  data_keys: number;
  values: { place: string; count: number; fixed: boolean }[];
  operation?: Operation | null;
}

const quiet = { meta: { quiet: true } } as const;

function listQuery<T>(what: string, q: string) {
  return infiniteQueryOptions({
    queryKey: keys.operator(what, q),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      send<Page<T>>("GET", `/v1/operator/${what}`, { query: { limit: 50, cursor: pageParam, q }, signal }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export const operatorTenantsQuery = (q: string) => listQuery<OperatorTenant>("tenants", q);
export const operatorUsersQuery = (q: string) => listQuery<OperatorUser>("users", q);

export const mailsQuery = () =>
  infiniteQueryOptions({
    queryKey: keys.operator("mails"),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      send<Mails>("GET", "/v1/operator/mails", { query: { limit: 50, cursor: pageParam }, signal }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export function useSetQuotas(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (limits: Record<string, number>) =>
      send<unknown>("PUT", `/v1/operator/tenants/${encodeURIComponent(tenantId)}/quotas`, { body: limits }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator", "tenants"] }),
  });
}

export function useSwitchUser() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: ({ id, on }: { id: string; on: boolean }) =>
      send<undefined>("POST", `/v1/operator/users/${encodeURIComponent(id)}/${on ? "enable" : "disable"}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operator", "users"] }),
  });
}

export const templatesQuery = () =>
  queryOptions({
    queryKey: keys.operator("mail-templates"),
    queryFn: ({ signal }) => send<Page<MailTemplate>>("GET", "/v1/operator/mail-templates", { signal }),
  });

export const previewQuery = (template: string) =>
  queryOptions({
    queryKey: keys.operator("mail-templates", template),
    queryFn: ({ signal }) =>
      send<MailContent>("GET", `/v1/operator/mail-templates/${encodeURIComponent(template)}/preview`, {
        signal,
      }),
  });

export const keysQuery = () =>
  queryOptions({
    queryKey: keys.operator("keys"),
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Keys>("GET", "/v1/operator/keys", { signal }),
  });

/** What a rotation would do; changes nothing. */
export function useRotationPlan() {
  return useMutation({
    ...quiet,
    mutationFn: (what: KeyKind) =>
      send<KeyRotation>("POST", "/v1/operator/keys/rotate", { body: { what, plan: true } }),
  });
}

export function useRotate() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (what: KeyKind) =>
      send<KeyRotation>("POST", "/v1/operator/keys/rotate", { body: { what, plan: false } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.operator("keys") }),
  });
}
