import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Delivery, NewWebhook, Page, WebhookChange } from "@/api/types";

const at = (id: string) => ({ path: { webhook: id } });
const quiet = { meta: { quiet: true } } as const;

export const webhooksQuery = () =>
  queryOptions({
    queryKey: keys.webhooks,
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/webhooks", { signal })),
  });

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.webhooks, id],
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/webhooks/{webhook}", { params: at(id), signal })),
  });

export const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: keys.deliveries(id),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<Delivery>> =>
      body(
        api.GET("/v1/webhooks/{webhook}/deliveries", {
          params: { ...at(id), query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // Deliveries have no events, and whoever has sent a test looks at this list for the answer.
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some((item) => item.state === "queued" && item.attempts.length === 0)
        ? 1000
        : false,
  });

export function useCreateWebhook() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: (input: NewWebhook) => body(api.POST("/v1/webhooks", { body: input })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

export function useChangeWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (change: WebhookChange) =>
      body(api.PATCH("/v1/webhooks/{webhook}", { params: at(id), body: change })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

export function useDeleteWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: () => api.DELETE("/v1/webhooks/{webhook}", { params: at(id) }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.webhooks, exact: true }),
  });
}

export function useTestWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST("/v1/webhooks/{webhook}/test", { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.deliveries(id) }),
  });
}

export function useRotateWebhookSecret(id: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: () => body(api.POST("/v1/webhooks/{webhook}/rotate-secret", { params: at(id) })),
    onSuccess: ({ webhook }) => client.setQueryData([...keys.webhooks, id], webhook),
  });
}

export function useRedeliver(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (delivery: string) =>
      body(
        api.POST("/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver", {
          params: { path: { webhook: id, delivery } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.deliveries(id) }),
  });
}
