import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, Outlet, useLocation, useMatchRoute, useNavigate } from "@tanstack/react-router";
import { ChevronRight, SquareTerminal } from "lucide-react";
import { useEffect, useRef } from "react";

import { ApiError } from "@/api/problem";
import type { Instance } from "@/api/types";
import { NotFound } from "@/app/failures";
import { useHotkeys } from "@/app/hotkeys";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Skeleton, SkeletonRows } from "@/ui/layout";
import { Kbd } from "@/ui/kbd";
import { ProblemNote } from "@/ui/problem-note";
import { StatePill } from "@/ui/state-pill";
import { OperationLine } from "../operations/operation-line";
import { useMay, useMe } from "../session/queries";
import { isUp, possibleActions } from "./actions";
import { InstanceMenu } from "./instance-menu";
import { instanceFromLists, instanceQuery } from "./queries";
import { StateSentence } from "./state-sentence";
import { useActions } from "./use-actions";
import { useFlash } from "./use-flash";

const route = getRouteApi("/shell/instances/$instance");

/** Only for tabs of the instance page: there it has been loaded. */
export function useShownInstance(): Instance | undefined {
  const { instance: reference } = route.useParams();
  return useInstance(reference).data;
}

function useInstance(reference: string) {
  const client = useQueryClient();
  return useQuery({
    ...instanceQuery(reference),
    placeholderData: () => instanceFromLists(client, reference),
  });
}

const TABS = [
  { to: "/instances/$instance", label: "Overview" },
  { to: "/instances/$instance/terminal", label: "Terminal" },
  { to: "/instances/$instance/console", label: "Console" },
  { to: "/instances/$instance/ports", label: "Ports" },
  { to: "/instances/$instance/secrets", label: "Secrets", needs: "secret:read" },
  { to: "/instances/$instance/access", label: "Access" },
  { to: "/instances/$instance/settings", label: "Settings" },
] as const;

export function InstancePage() {
  const me = useMe();
  const tabs = TABS.filter((tab) => !("needs" in tab) || me.permissions.includes(tab.needs));
  const { instance: reference } = route.useParams();
  const query = useInstance(reference);
  const navigate = useNavigate();
  const matchRoute = useMatchRoute();
  const mayWrite = useMay("instance:write");
  const { act, pending, confirmation } = useActions();
  const instance = query.data;
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a phone the tabs do not all fit.
  useEffect(() => {
    nav.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  // The terminal and the console take the whole height; the other tabs scroll.
  const full = Boolean(
    matchRoute({ to: "/instances/$instance/terminal" }) || matchRoute({ to: "/instances/$instance/console" }),
  );
  useHotkeys({
    t: () => void navigate({ to: "/instances/$instance/terminal", params: { instance: reference } }),
    Escape: () => void navigate({ to: "/instances" }),
  });
  // Renamed elsewhere: the address follows.
  const name = instance?.name;
  useEffect(() => {
    if (name && name !== reference && !reference.startsWith("inst_")) {
      void navigate({ to: ".", params: (held) => ({ ...held, instance: name }), replace: true });
    }
  }, [name, reference, navigate]);

  if (query.isError && !(instance && query.error instanceof ApiError && query.error.status === 404)) {
    if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what="instance" />;
    return <ProblemNote error={query.error} className="m-6" />;
  }
  if (query.isError) return <NotFound what="instance" />;
  return (
    <div className={cx("flex flex-col", full && "h-full")}>
      <div className="border-b bg-surface px-6 pt-3 max-md:px-4">
        <nav
          aria-label="Breadcrumb"
          className={cx("flex items-center gap-1 text-sm text-muted", full && "max-md:hidden")}
        >
          <Link to="/instances" className="hover:text-ink hover:underline">
            Instances
          </Link>
          <ChevronRight aria-hidden className="size-3.5 text-faint" />
          <span aria-current="page">{reference}</span>
        </nav>
        {instance ? (
          <Heading instance={instance} mayWrite={mayWrite} pending={pending} act={act} compact={full} />
        ) : (
          <Skeleton className="my-2 h-7 w-72" />
        )}
        <nav ref={nav} aria-label="Parts of the instance" className="-mb-px flex gap-5 overflow-x-auto">
          {tabs.map((tab) => (
            <Link
              key={tab.to}
              to={tab.to}
              params={{ instance: reference }}
              activeOptions={{ exact: true, includeSearch: false }}
              className="flex h-10 items-center gap-1.5 border-b-2 border-transparent whitespace-nowrap text-muted transition-colors hover:text-ink aria-[current=page]:border-accent-ink aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {tab.label}
              {tab.label === "Terminal" ? (
                <span className="max-md:hidden">
                  <Kbd>t</Kbd>
                </span>
              ) : null}
            </Link>
          ))}
        </nav>
      </div>
      <div className={cx(full && "min-h-0 flex-1")}>{instance ? <Outlet /> : <SkeletonRows rows={3} />}</div>
      {confirmation}
    </div>
  );
}

interface HeadingProps {
  instance: Instance;
  mayWrite: boolean;
  pending: boolean;
  compact: boolean;
  act: ReturnType<typeof useActions>["act"];
}

function Heading({ instance, mayWrite, pending, act, compact }: HeadingProps) {
  const mayConnect = useMay("instance:connect");
  const flash = useFlash(instance.state.phase);
  const actions = possibleActions(instance);
  const up = isUp(instance.state.phase);
  const revive = actions.find(({ action }) => action === "start" || action === "wake");
  const calm = actions.filter(({ action }) => action === "stop" || action === "pause");
  const hasButton = up ? mayConnect : Boolean(revive) && mayWrite;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
      <div
        className={cx(
          "flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1",
          // The one button gets a row of its own; the menu alone does not need it.
          !compact && hasButton && "max-sm:basis-full",
        )}
      >
        <h1 className="truncate text-xl font-semibold">{instance.name}</h1>
        <span className={cx("flex items-center gap-2 rounded-md transition-colors", flash && "flash")}>
          <StatePill phase={instance.state.phase} />
        </span>
        {instance.operation ? (
          <Link
            to="/operations/$operation"
            params={{ operation: instance.operation.id }}
            aria-label="Show the operation"
            className={cx(compact && "max-md:hidden")}
          >
            <OperationLine operation={instance.operation} />
          </Link>
        ) : (
          <span className={cx("text-muted", compact && "max-md:hidden")}>
            <StateSentence state={instance.state} />
          </span>
        )}
      </div>
      <div className="flex items-center gap-2">
        {mayWrite && !compact
          ? calm.map(({ action, label, icon: Icon }) => (
              <Button
                key={action}
                disabled={pending}
                onClick={() => act(action, instance)}
                className="max-sm:hidden"
              >
                <Icon aria-hidden /> {label}
              </Button>
            ))
          : null}
        {up && !compact && mayConnect ? (
          <Button kind="primary" asChild>
            <Link to="/instances/$instance/terminal" params={{ instance: instance.name }}>
              <SquareTerminal aria-hidden /> Open terminal
            </Link>
          </Button>
        ) : revive && mayWrite ? (
          <Button kind="primary" pending={pending} onClick={() => act(revive.action, instance)}>
            <revive.icon aria-hidden /> {revive.label}
          </Button>
        ) : null}
        <InstanceMenu instance={instance} mayWrite={mayWrite} onAction={(action) => act(action, instance)} />
      </div>
    </div>
  );
}
