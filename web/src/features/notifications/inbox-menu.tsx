import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Settings2 } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";

import { Button } from "@/ui/button";
import type { Trigger } from "@/ui/late";
import { QueryView } from "@/ui/query-view";
import { NotificationItem } from "./notification-item";
import { notificationsQuery, useMarkRead } from "./queries";

/** The newest of the inbox, below the bell. */
export function InboxMenu({ trigger }: { trigger: Trigger }) {
  const [open, setOpen] = useState(true);
  const list = useInfiniteQuery(notificationsQuery());
  const read = useMarkRead();
  const unread = list.data?.pages[0]?.unread ?? 0;
  const close = () => setOpen(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Notifications"
          className="z-50 flex max-h-[min(32rem,var(--radix-popover-content-available-height))] w-96 max-w-[calc(100vw-1rem)] flex-col overflow-hidden rounded-lg border bg-surface shadow-lift animate-appear"
        >
          <div className="flex items-center gap-1 border-b px-4 py-2">
            <h2 className="flex-1 font-semibold">Notifications</h2>
            {unread > 0 ? (
              <Button size="small" kind="quiet" onClick={() => read.mutate("all")}>
                Mark all as read
              </Button>
            ) : null}
            <Button size="small" kind="quiet" square asChild>
              <Link to="/account/notifications" aria-label="What you are told, and where" onClick={close}>
                <Settings2 aria-hidden />
              </Link>
            </Button>
          </div>
          <div className="min-h-0 overflow-y-auto">
            <QueryView query={list}>
              {({ pages }) => {
                const items = pages.flatMap((page) => page.items).slice(0, 10);
                return items.length === 0 ? (
                  <p className="px-4 py-8 text-center text-muted">
                    Nothing yet. Failures, sign-ins from new devices and invitations appear here.
                  </p>
                ) : (
                  <ul className="divide-y">
                    {items.map((item) => (
                      <NotificationItem
                        key={item.id}
                        item={item}
                        onOpen={() => {
                          if (!item.read_at) read.mutate([item.id]);
                          close();
                        }}
                      />
                    ))}
                  </ul>
                );
              }}
            </QueryView>
          </div>
          <Link
            to="/notifications"
            onClick={close}
            className="border-t px-4 py-2 text-center text-accent-ink hover:bg-hover"
          >
            All notifications
          </Link>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
