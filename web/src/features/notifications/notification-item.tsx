import { Link } from "@tanstack/react-router";

import { whereTo } from "../sign-in/sign-in-link";
import type { Notification } from "@/api/types";
import { cx } from "@/ui/cx";
import { RelativeTime } from "@/ui/relative-time";

export function NotificationItem({ item, onOpen }: { item: Notification; onOpen: () => void }) {
  const words = (
    <>
      <span
        aria-hidden
        className={cx("mt-1.5 size-2 shrink-0 rounded-full", item.read_at ? "bg-transparent" : "bg-accent")}
      />
      <span className="min-w-0 flex-1">
        <span className={cx("block", !item.read_at && "font-medium")}>
          {item.title}
          {item.read_at ? null : <span className="sr-only"> (unread)</span>}
        </span>
        <span className="block text-sm break-words text-muted">{item.text}</span>
        <span className="block text-sm text-faint">
          <RelativeTime at={item.created_at} />
        </span>
      </span>
    </>
  );
  const look = "flex w-full items-start gap-2.5 px-4 py-2.5 text-left hover:bg-hover";
  return (
    <li>
      {item.path ? (
        <Link to={whereTo(item.path)} className={look} onClick={onOpen}>
          {words}
        </Link>
      ) : (
        <button type="button" className={look} onClick={onOpen}>
          {words}
        </button>
      )}
    </li>
  );
}
