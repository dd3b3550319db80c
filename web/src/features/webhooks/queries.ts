import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page } from "@/api/types";

export type WebhookKind = "standard" | "discord" | "slack";

/** `Webhook` of `crates/api/src/v1/webhooks.rs` */
export interface Webhook {
  id: string;
  name: string;
  kind: WebhookKind;
  url: string;
  /** Empty: all. */
  events: string[];
  enabled: boolean;
  /** Why Stead switched it off. */
  disabled_reason?: string | null;
  /** Since when no call succeeded. */
  failing_since?: string | null;
  last_success_at?: string | null;
  /** Until then calls are signed with the secret of before as well. */
  previous_secret_until?: string | null;
  created_at: string;
}

/** `EventType` */
export interface EventType {
  type: string;
  title: string;
}

/** `Webhooks` */
export interface Webhooks {
  items: Webhook[];
  event_types: EventType[];
}

/** `WebhookWithSecret`: the answer of a creation and of a rotation. */
export interface WebhookWithSecret {
  webhook: Webhook;
  /** `whsec_…`; Discord and Slack have none. */
  secret?: string | null;
}

/** `DeliveryAttempt` */
export interface DeliveryAttempt {
  at: string;
  took_ms: number;
  status?: number | null;
  excerpt?: string | null;
  problem?: string | null;
}

/** `WebhookDelivery`; the newest attempt comes last. */
export interface Delivery {
  id: string;
  event: string;
  state: "queued" | "delivered" | "dead";
  body: string;
  attempts: DeliveryAttempt[];
  next_attempt_at?: string | null;
  created_at: string;
  ended_at?: string | null;
}

export interface WebhookInput {
  name: string;
  kind: WebhookKind;
  url: string;
  events: string[];
}

const one = (id: string) => `/v1/webhooks/${encodeURIComponent(id)}`;
const quiet = { meta: { quiet: true } } as const;

export const webhooksQuery = () =>
  queryOptions({
    queryKey: keys.webhooks,
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Webhooks>("GET", "/v1/webhooks", { signal }),
  });

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.webhooks, id],
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Webhook>("GET", one(id), { signal }),
  });

export const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.deliveries(id),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      send<Page<Delivery>>("GET", `${one(id)}/deliveries`, {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export function useCreateWebhook() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: (input: WebhookInput) => send<WebhookWithSecret>("POST", "/v1/webhooks", { body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

export function useChangeWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (change: Partial<Omit<WebhookInput, "kind">> & { enabled?: boolean }) =>
      send<Webhook>("PATCH", one(id), { body: change }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

export function useDeleteWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: () => send<undefined>("DELETE", one(id)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks, exact: true }),
  });
}

export function useTestWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<unknown>("POST", `${one(id)}/test`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.deliveries(id) }),
  });
}

export function useRotateWebhookSecret(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: () => send<WebhookWithSecret>("POST", `${one(id)}/rotate-secret`),
    onSuccess: ({ webhook }) => client.setQueryData([...keys.webhooks, id], webhook),
  });
}

export function useRedeliver(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (delivery: string) => send<unknown>("POST", `${one(id)}/deliveries/${delivery}/redeliver`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.deliveries(id) }),
  });
}
