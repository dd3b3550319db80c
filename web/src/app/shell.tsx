import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatchRoute } from "@tanstack/react-router";
import { Bell as BellIcon, ChevronsUpDown, Monitor, Moon, Search, Sun, WifiOff } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";

import { notificationsQuery } from "@/features/notifications/queries";
import { useMe } from "@/features/session/queries";
import { Button } from "@/ui/button";
import { CliLine } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { SkeletonRows } from "@/ui/layout";
import { Logo } from "@/ui/logo";
import { Initial } from "@/ui/initial";
import { Kbd } from "@/ui/kbd";
import { late } from "@/ui/late";
import { useCliLine } from "./cli-line";
import { LiveProvider, useFeedState, useLostFeed } from "./live";
import { PLACES } from "./navigation";
import { useThemeChoice } from "./theme";

const loadPalette = () => import("./palette");
const CommandPalette = lazy(() => loadPalette().then((module) => ({ default: module.CommandPalette })));

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The frame around every page: rail, header, status bar, palette. */
export function Shell() {
  const [palette, setPalette] = useState(false);
  // Fetched once the page has settled: letters typed right after the keys must not get lost.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), 1500);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.metaKey || event.ctrlKey) ||
        event.shiftKey ||
        event.altKey
      )
        return;
      // In a shell Ctrl-K deletes to the end of the line; there only Cmd-K opens the palette.
      if (event.ctrlKey && event.target instanceof Element && event.target.closest(".xterm")) return;
      event.preventDefault();
      setPalette((open) => !open);
    };
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, []);
  return (
    <LiveProvider>
      <a
        href="#content"
        className="sr-only rounded-md border bg-surface px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-60"
      >
        Skip to the content
      </a>
      <div className="grid h-dvh grid-rows-[auto_minmax(0,1fr)_auto] md:grid-cols-[13rem_minmax(0,1fr)]">
        <Rail />
        <Header onSearch={() => setPalette(true)} />
        <main id="content" tabIndex={-1} className="min-h-0 overflow-y-auto outline-none">
          <Suspense fallback={<SkeletonRows />}>
            <Outlet />
          </Suspense>
        </main>
        <StatusBar />
        <PhoneBar />
      </div>
      {palette ? (
        <Suspense fallback={null}>
          <CommandPalette onClose={() => setPalette(false)} />
        </Suspense>
      ) : null}
    </LiveProvider>
  );
}

function Rail() {
  const me = useMe();
  const shown = PLACES.filter((place) => me.permissions.includes(place.needs));
  return (
    <nav
      aria-label="Main"
      className="row-span-3 flex min-h-0 flex-col gap-4 border-r bg-surface px-2.5 py-3 max-md:hidden"
    >
      <Link
        to="/instances"
        className="flex h-8 items-center rounded-md px-1.5"
        aria-label="Stead, your instances"
      >
        <Logo />
      </Link>
      <TenantSwitch />
      <ul className="flex flex-col gap-0.5">
        {shown
          .filter((place) => place.group === "main")
          .map((place) => (
            <RailLink key={place.to} place={place} />
          ))}
      </ul>
      <div className="mt-auto">
        <p className="px-2 pb-1 text-xs text-faint">Admin and builders</p>
        <ul className="flex flex-col gap-0.5">
          {shown
            .filter((place) => place.group === "admin")
            .map((place) => (
              <RailLink key={place.to} place={place} />
            ))}
        </ul>
      </div>
    </nav>
  );
}

function RailLink({ place }: { place: (typeof PLACES)[number] }) {
  const Icon = place.icon;
  return (
    <li>
      <Link
        to={place.to}
        className="flex h-8 items-center gap-2.5 rounded-md px-2 text-muted transition-colors hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
      >
        <Icon aria-hidden className="size-4" />
        {place.label}
      </Link>
    </li>
  );
}

const SwitchMenu = late<object>(() => import("./shell-menus").then((module) => module.TenantMenu));
const InboxMenu = late<object>(() => import("./shell-menus").then((module) => module.InboxMenu));
const ThemeMenu = late<object>(() => import("./shell-menus").then((module) => module.ThemeMenu));
const AccountMenu = late<object>(() => import("./shell-menus").then((module) => module.AccountMenu));

function TenantSwitch({ className }: { className?: string }) {
  const me = useMe();
  return (
    <SwitchMenu
      trigger={
        <button
          type="button"
          aria-label={`Tenant: ${me.tenant.name}. Switch`}
          className={cx(
            "flex h-9 min-w-0 items-center gap-2 rounded-md border px-2 text-left transition-colors hover:bg-hover",
            className,
          )}
        >
          <Initial name={me.tenant.name} />
          <span className="min-w-0 flex-1 truncate font-medium">{me.tenant.name}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 text-faint" />
        </button>
      }
    />
  );
}

function Header({ onSearch }: { onSearch: () => void }) {
  const lost = useLostFeed();
  return (
    <header className="flex h-12 items-center gap-2 border-b bg-surface px-4">
      <Link to="/instances" aria-label="Stead, your instances" className="mr-1 flex items-center md:hidden">
        <Logo compact />
      </Link>
      <TenantSwitch className="max-w-40 border-transparent px-1 md:hidden" />
      <button
        type="button"
        onClick={onSearch}
        aria-label="Search or run a command"
        className="flex h-8 items-center gap-2 rounded-md border px-2.5 text-muted transition-colors hover:border-line-strong hover:text-ink md:w-72 max-md:ml-auto max-md:size-10 max-md:justify-center max-md:border-transparent"
      >
        <Search aria-hidden className="size-4" />
        <span className="flex-1 text-left max-md:hidden">Search or run a command</span>
        <span className="flex gap-0.5 max-md:hidden">
          <Kbd>{MAC ? "⌘" : "Ctrl"}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <div className="flex items-center gap-1 md:ml-auto">
        <span role="status">
          {lost ? (
            <span className="flex items-center gap-1.5 px-1 text-sm text-warn">
              <WifiOff aria-hidden className="size-4" />
              <span className="max-sm:sr-only">Connection lost, retrying</span>
            </span>
          ) : null}
        </span>
        <Bell />
        <Menus />
      </div>
    </header>
  );
}

const THEME_ICONS = { light: Sun, dark: Moon, system: Monitor } as const;

function Bell() {
  const list = useInfiniteQuery(notificationsQuery());
  const unread = list.data?.pages[0]?.unread ?? 0;
  return (
    <InboxMenu
      trigger={
        <Button
          kind="quiet"
          square
          aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}
          className="relative"
        >
          <BellIcon aria-hidden />
          {unread > 0 ? (
            <span
              aria-hidden
              className="absolute top-0.5 right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 text-xs font-semibold text-on-accent"
            >
              {unread > 9 ? "9+" : unread}
            </span>
          ) : null}
        </Button>
      }
    />
  );
}

function Menus() {
  const me = useMe();
  const Icon = THEME_ICONS[useThemeChoice()];
  return (
    <>
      <ThemeMenu
        trigger={
          <Button kind="quiet" square aria-label="Theme">
            <Icon aria-hidden />
          </Button>
        }
      />
      <AccountMenu
        trigger={
          <button
            type="button"
            aria-label={`Account of ${me.user.name}`}
            className="flex size-8 items-center justify-center rounded-full max-md:size-10"
          >
            <span
              aria-hidden
              className="flex size-7 items-center justify-center rounded-full bg-accent text-sm font-semibold text-on-accent"
            >
              {me.user.name.slice(0, 1).toUpperCase()}
            </span>
          </button>
        }
      />
    </>
  );
}

function StatusBar() {
  const line = useCliLine();
  const feed = useFeedState();
  return (
    <footer className="flex h-8 items-center justify-between gap-4 border-t bg-surface px-4 text-sm max-md:hidden">
      {line ? <CliLine command={line} className="-ml-1.5 h-6" /> : <span />}
      <span className="flex items-center gap-1.5 whitespace-nowrap text-faint">
        <span
          aria-hidden
          className={cx("size-1.5 rounded-full", feed === "live" ? "bg-ok-mark" : "bg-warn-mark")}
        />
        {feed === "live" ? "Live" : feed === "connecting" ? "Connecting" : "Reconnecting"}
      </span>
    </footer>
  );
}

function PhoneBar() {
  const me = useMe();
  const matchRoute = useMatchRoute();
  // The keyboard of a phone leaves little room; a terminal needs all of it.
  if (matchRoute({ to: "/instances/$instance/terminal" })) return null;
  return (
    <nav
      aria-label="Main"
      className="grid auto-cols-fr grid-flow-col border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {PLACES.filter((place) => place.phone && me.permissions.includes(place.needs)).map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className="flex h-13 flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current=page]:text-accent-ink"
        >
          <place.icon aria-hidden className="size-5" />
          {place.label}
        </Link>
      ))}
    </nav>
  );
}
