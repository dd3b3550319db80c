import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Inbox, Notification, PreferenceChange, Preferences } from "@/api/types";

export const notificationsQuery = () =>
  infiniteQueryOptions({
    queryKey: keys.notifications,
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET("/v1/notifications", {
          params: { query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** `ids`, or all. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[] | "all") =>
      body(api.POST("/v1/notifications/read", { body: ids === "all" ? { all: true } : { ids } })),
    onSuccess: ({ unread }, ids) => {
      const now = new Date().toISOString();
      const met = (item: Notification) => !item.read_at && (ids === "all" || ids.includes(item.id));
      client.setQueryData<{ pages: Inbox[]; pageParams: unknown[] }>(
        keys.notifications,
        (held) =>
          held && {
            ...held,
            pages: held.pages.map((page) => ({
              ...page,
              unread,
              items: page.items.map((item) => (met(item) ? { ...item, read_at: now } : item)),
            })),
          },
      );
    },
  });
}

export const preferencesQuery = () =>
  queryOptions({
    queryKey: keys.preferences,
    queryFn: ({ signal }) => body(api.GET("/v1/notification-preferences", { signal })),
  });

/** Only the channels that a change names. */
function said({ mail, inbox }: Partial<PreferenceChange> = {}): { mail?: boolean; inbox?: boolean } {
  return { ...(typeof mail === "boolean" ? { mail } : {}), ...(typeof inbox === "boolean" ? { inbox } : {}) };
}

export function useSetPreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: PreferenceChange[]) =>
      body(api.PUT("/v1/notification-preferences", { body: { items } })),
    onMutate: (items) => {
      const before = client.getQueryData<Preferences>(keys.preferences);
      client.setQueryData<Preferences>(
        keys.preferences,
        (held) =>
          held && {
            ...held,
            items: held.items.map((item) => ({
              ...item,
              ...said(items.find((next) => next.kind === item.kind)),
            })),
          },
      );
      return { before };
    },
    onError: (_error, _items, context) => client.setQueryData(keys.preferences, context?.before),
  });
}
