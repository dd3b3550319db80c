import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus, SquareTerminal, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";

import type { Instance } from "@/api/types";
import { usePage } from "@/app/page";
import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { EmptyState, SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { isUp, possibleActions } from "../instances/actions";
import { useShownInstance } from "../instances/instance-page";
import { useInstanceAction } from "../instances/queries";
import { useMay } from "../session/queries";
import { terminalsQuery, useCloseTerminal, useCreateTerminal, useMarkExited } from "./queries";

const TerminalView = lazy(() =>
  import("./terminal-view").then((module) => ({ default: module.TerminalView })),
);
const route = getRouteApi("/shell/instances/$instance/terminal");

export function TerminalTab() {
  const instance = useShownInstance();
  usePage(`Terminal of ${instance?.name ?? "…"}`, `stead attach ${instance?.name ?? ""}`);
  const mayConnect = useMay("instance:connect");
  if (!instance) return null;
  if (!mayConnect) {
    return (
      <EmptyState icon={<SquareTerminal aria-hidden />} title="Your role does not open terminals">
        <p>Ask an owner or admin of this tenant for the role of a member.</p>
      </EmptyState>
    );
  }
  if (!isUp(instance.state.phase)) return <Asleep instance={instance} />;
  return <Terminals key={instance.id} instance={instance} />;
}

function Asleep({ instance }: { instance: Instance }) {
  const action = useInstanceAction();
  const revive = possibleActions(instance).find((look) => look.action === "start" || look.action === "wake");
  return (
    <EmptyState
      icon={<SquareTerminal aria-hidden />}
      title={revive ? `${instance.name} does not run` : `${instance.name} is not ready yet`}
      action={
        revive ? (
          <Button
            kind="primary"
            pending={action.isPending}
            onClick={() => action.mutate({ action: revive.action, id: instance.id })}
          >
            <revive.icon aria-hidden /> {revive.label} and open a terminal
          </Button>
        ) : null
      }
    >
      <p>
        {revive
          ? `${instance.state.reason} The files are all there.`
          : "The terminal opens by itself as soon as it runs."}
      </p>
      {revive ? <CliBlock command={`stead attach ${instance.name}`} /> : null}
    </EmptyState>
  );
}

function Terminals({ instance }: { instance: Instance }) {
  const { id } = route.useSearch();
  const navigate = useNavigate({ from: "/instances/$instance/terminal" });
  const terminals = useQuery({ ...terminalsQuery(instance.id), refetchOnMount: "always" });
  const creation = useCreateTerminal(instance.id);
  const closing = useCloseTerminal(instance.id);
  const markExited = useMarkExited(instance.id);
  const items = terminals.data?.items ?? [];
  const shown =
    items.find((item) => item.id === id) ??
    items.find((item) => typeof item.exit_code !== "number") ??
    items[items.length - 1];
  const begun = useRef(false);

  const open = (terminal: string | undefined) =>
    void navigate({ search: terminal ? { id: terminal } : {}, replace: true });
  const create = () =>
    creation.mutate({ columns: 100, rows: 30 }, { onSuccess: (terminal) => open(terminal.id) });

  // The first visit opens a terminal by itself: one key from any instance to a prompt. Closing the last one later does not.
  const known = terminals.isSuccess && !terminals.isFetching;
  const none = known && items.length === 0;
  useEffect(() => {
    if (!known || begun.current) return;
    begun.current = true;
    if (none) create();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once per visit
  }, [known, none]);

  // The address names the terminal that is shown, so that it stays when its shell ends, and a reload comes back to it.
  const shownId = shown?.id;
  useEffect(() => {
    if (shownId && shownId !== id) open(shownId);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `open` is made anew each time
  }, [shownId, id]);

  if (terminals.isError) return <ProblemNote error={terminals.error} className="m-4" />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div
        className="flex h-10 shrink-0 items-center gap-1 overflow-x-auto border-b bg-canvas px-3"
        role="toolbar"
        aria-label="Terminals"
      >
        {items.map((item) => {
          const active = item.id === shown?.id;
          const ended = typeof item.exit_code === "number";
          return (
            <span
              key={item.id}
              className={cx(
                "flex h-7 shrink-0 items-center rounded-md border",
                active ? "border-line-strong bg-surface" : "border-transparent text-muted hover:bg-hover",
              )}
            >
              <button
                type="button"
                aria-pressed={active}
                onClick={() => open(item.id)}
                className="flex h-full items-center gap-1.5 rounded-md pr-1 pl-2.5 text-sm"
              >
                <SquareTerminal aria-hidden className="size-3.5 text-faint" />
                {item.label}
                {ended ? <span className="text-faint">(ended)</span> : null}
                {item.viewers > 1 ? <span className="text-faint">{item.viewers} viewers</span> : null}
              </button>
              <button
                type="button"
                aria-label={`Close ${item.label}`}
                onClick={() =>
                  closing.mutate(item.id, { onSuccess: () => (active ? open(undefined) : undefined) })
                }
                className="mr-1 flex size-5 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </span>
          );
        })}
        <Button
          kind="quiet"
          size="small"
          square
          aria-label="New terminal"
          pending={creation.isPending}
          onClick={create}
        >
          <Plus aria-hidden />
        </Button>
      </div>
      <div className="min-h-0 flex-1">
        {shown ? (
          <Suspense fallback={<SkeletonRows rows={2} />}>
            <TerminalView
              key={shown.id}
              instanceId={instance.id}
              terminalId={shown.id}
              label={shown.label}
              onExit={(code) => markExited(shown.id, code)}
              onNew={create}
            />
          </Suspense>
        ) : creation.isPending || terminals.isFetching ? (
          <SkeletonRows rows={2} />
        ) : (
          <EmptyState
            icon={<SquareTerminal aria-hidden />}
            title="No terminal is open"
            action={
              <Button kind="primary" onClick={create}>
                New terminal
              </Button>
            }
          >
            <p>Terminals go on running when you leave this page, and even when the server restarts.</p>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
