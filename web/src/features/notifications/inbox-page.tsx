import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell } from "lucide-react";

import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/layout";
import { QueryView } from "@/ui/query-view";
import { NotificationItem } from "./notification-item";
import { notificationsQuery, useMarkRead } from "./queries";

export function InboxPage() {
  const list = useInfiniteQuery(notificationsQuery());
  const read = useMarkRead();
  const unread = list.data?.pages[0]?.unread ?? 0;
  return (
    <Page
      title="Notifications"
      cli="stead notifications"
      narrow
      detail={
        <Link to="/account/notifications" className="text-accent-ink underline underline-offset-2">
          What you are told, and where
        </Link>
      }
      actions={
        <Button disabled={unread === 0} pending={read.isPending} onClick={() => read.mutate("all")}>
          Mark all as read
        </Button>
      }
    >
      <div className="overflow-hidden rounded-lg border bg-surface">
        <QueryView query={list} rows={5}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <EmptyState icon={<Bell aria-hidden />} title="Nothing yet">
                <p>Failures of your instances, sign-ins from new devices and invitations appear here.</p>
              </EmptyState>
            ) : (
              <ul className="divide-y">
                {items.map((item) => (
                  <NotificationItem
                    key={item.id}
                    item={item}
                    onOpen={() => {
                      if (!item.read_at) read.mutate([item.id]);
                    }}
                  />
                ))}
              </ul>
            );
          }}
        </QueryView>
      </div>
      {list.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show earlier
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
