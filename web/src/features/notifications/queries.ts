import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page } from "@/api/types";

/** `Notification` of `crates/api/src/v1/notifications.rs` */
export interface Notification {
  id: string;
  kind: string;
  title: string;
  text: string;
  /** Where the dashboard shows more, from its root. */
  path?: string | null;
  tenant_id?: string | null;
  created_at: string;
  read_at?: string | null;
}

/** `Inbox` */
export interface Inbox extends Page<Notification> {
  unread: number;
}

/** `NotificationPreference` */
export interface Preference {
  kind: string;
  title: string;
  /** A security notice: it cannot be turned off. */
  fixed: boolean;
  mail: boolean;
  inbox: boolean;
}

export const notificationsQuery = () =>
  infiniteQueryOptions({
    queryKey: keys.notifications,
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      send<Inbox>("GET", "/v1/notifications", { query: { limit: 30, cursor: pageParam }, signal }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** `ids`, or all. */
export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[] | "all") =>
      send<undefined>("POST", "/v1/notifications/read", { body: ids === "all" ? { all: true } : { ids } }),
    onSuccess: (_answer, ids) => {
      const now = new Date().toISOString();
      client.setQueryData<{ pages: Inbox[]; pageParams: unknown[] }>(keys.notifications, (held) => {
        if (!held) return held;
        const met = (item: Notification) => !item.read_at && (ids === "all" || ids.includes(item.id));
        const count = held.pages.flatMap((page) => page.items).filter(met).length;
        return {
          ...held,
          pages: held.pages.map((page) => ({
            ...page,
            unread: ids === "all" ? 0 : Math.max(0, page.unread - count),
            items: page.items.map((item) => (met(item) ? { ...item, read_at: now } : item)),
          })),
        };
      });
    },
  });
}

export const preferencesQuery = () =>
  queryOptions({
    queryKey: keys.preferences,
    queryFn: ({ signal }) => send<Page<Preference>>("GET", "/v1/notification-preferences", { signal }),
  });

export function useSetPreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: Pick<Preference, "kind" | "mail" | "inbox">[]) =>
      send<unknown>("PUT", "/v1/notification-preferences", { body: { items } }),
    onMutate: (items) => {
      const before = client.getQueryData<Page<Preference>>(keys.preferences);
      client.setQueryData<Page<Preference>>(
        keys.preferences,
        (held) =>
          held && {
            ...held,
            items: held.items.map((item) => ({
              ...item,
              ...items.find((next) => next.kind === item.kind),
            })),
          },
      );
      return { before };
    },
    onError: (_error, _items, context) => client.setQueryData(keys.preferences, context?.before),
  });
}
