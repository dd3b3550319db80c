import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Boxes, Plus, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { useHotkeys } from "@/app/hotkeys";
import { Page } from "@/app/page";
import { plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { EmptyState, SkeletonRows } from "@/ui/layout";
import { Kbd } from "@/ui/kbd";
import { ProblemNote } from "@/ui/problem-note";
import { Table } from "@/ui/table";
import { nodesQuery } from "../nodes/queries";
import { useMay } from "../session/queries";
import { LOOKS } from "./actions";
import { InstanceRow } from "./instance-row";
import { instanceListQuery } from "./queries";
import { useActions } from "./use-actions";

const CreateDialog = lazy(() =>
  import("./create-dialog").then((module) => ({ default: module.CreateDialog })),
);
const route = getRouteApi("/shell/instances");

export function InstanceListPage() {
  const { q = "", create } = route.useSearch();
  const navigate = useNavigate({ from: "/instances" });
  const mayWrite = useMay("instance:write");
  const mayReadNodes = useMay("node:read");
  const list = useInfiniteQuery(instanceListQuery(q));
  const nodes = useQuery({ ...nodesQuery(), enabled: mayReadNodes });
  const instances = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const nodeNames = useMemo(
    () => new Map(nodes.data?.items.map((node) => [node.id, node.name])),
    [nodes.data],
  );

  const [focus, setFocus] = useState(-1);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const chosen = instances.filter((instance) => selection.has(instance.id));
  const focused = instances[Math.min(focus, instances.length - 1)];
  const search = useRef<HTMLInputElement>(null);
  const { act, actOnAll, confirmation } = useActions(() => setSelection(new Set()));

  const open = (tab: "" | "/terminal") => {
    if (focused) void navigate({ to: `/instances/$instance${tab}`, params: { instance: focused.name } });
  };
  useHotkeys({
    "/": () => search.current?.focus(),
    j: () => setFocus((at) => Math.min(at + 1, instances.length - 1)),
    k: () => setFocus((at) => Math.max(at - 1, 0)),
    Enter: () => open(""),
    t: () => open("/terminal"),
    c: () => mayWrite && void navigate({ search: (held) => ({ ...held, create: true }) }),
    x: () => focused && toggle(focused.id, !selection.has(focused.id)),
    Escape: () => setSelection(new Set()),
  });

  function toggle(id: string, selected: boolean) {
    setSelection((held) => {
      const next = new Set(held);
      if (selected) next.add(id);
      else next.delete(id);
      return next;
    });
  }

  const nothing = list.isSuccess && instances.length === 0 && q === "";
  const newInstance = mayWrite ? (
    <Button kind="primary" onClick={() => void navigate({ search: (held) => ({ ...held, create: true }) })}>
      <Plus aria-hidden /> New instance
    </Button>
  ) : null;

  return (
    <Page title="Instances" cli="stead list" actions={nothing ? null : newInstance}>
      <div className={cx("mb-3 flex min-h-10 flex-wrap items-center gap-2", nothing && "hidden")}>
        {chosen.length > 0 ? (
          <div
            role="toolbar"
            aria-label="Actions for the selected instances"
            className="flex w-full flex-wrap items-center gap-2 rounded-md border bg-surface px-3 py-1"
          >
            <span className="mr-2 font-medium">{chosen.length} selected</span>
            {(["start", "stop", "pause", "restart"] as const).map((action) => {
              const { icon: Icon, label } = LOOKS[action];
              return (
                <Button key={action} size="small" onClick={() => actOnAll(action, chosen)}>
                  <Icon aria-hidden /> {label}
                </Button>
              );
            })}
            <Button size="small" kind="danger" onClick={() => actOnAll("delete", chosen)}>
              Delete…
            </Button>
            <Button size="small" kind="quiet" className="ml-auto" onClick={() => setSelection(new Set())}>
              Clear
            </Button>
          </div>
        ) : (
          <>
            <Filter
              value={q}
              inputRef={search}
              onChange={(value) =>
                void navigate({
                  search: (held) => ({ ...held, q: value === "" ? undefined : value }),
                  replace: true,
                })
              }
              onLeave={() => setFocus((at) => Math.max(at, 0))}
            />
            <span role="status" className="text-sm text-faint">
              {list.data ? plural(instances.length, "instance") + (list.hasNextPage ? " shown" : "") : ""}
            </span>
            <span className="ml-auto flex items-center gap-1 text-sm text-faint max-lg:hidden">
              <Kbd>j</Kbd>
              <Kbd>k</Kbd> move <Kbd>Enter</Kbd> open <Kbd>t</Kbd> terminal <Kbd>x</Kbd> select
            </span>
          </>
        )}
      </div>
      <div className="overflow-hidden rounded-lg border bg-surface">
        {list.isError ? (
          <ProblemNote
            error={list.error}
            className="m-4"
            action={
              <Button size="small" onClick={() => void list.refetch()}>
                Try again
              </Button>
            }
          />
        ) : list.isPending ? (
          <SkeletonRows />
        ) : instances.length === 0 ? (
          q ? (
            <EmptyState
              icon={<Search aria-hidden />}
              title={`Nothing matches “${q}”`}
              action={
                <Button onClick={() => void navigate({ search: {}, replace: true })}>Clear the filter</Button>
              }
            >
              <p>The filter looks at names and at the addresses of repositories.</p>
            </EmptyState>
          ) : (
            <EmptyState
              icon={<Boxes aria-hidden />}
              title="Your first instance is one line away"
              action={newInstance}
            >
              <p>
                An instance is an isolated machine of your own: files that stay, terminals that survive
                reconnects, a preview address for every port. Open a repository in one:
              </p>
              <CliBlock command="stead open https://github.com/you/project" />
            </EmptyState>
          )
        ) : (
          <Table
            label="Instances"
            head={[
              <span key="select" className="sr-only">
                Select
              </span>,
              "Name",
              "State",
              "Node",
              "Usage",
              "Previews",
              "Last active",
              <span key="actions" className="sr-only">
                Actions
              </span>,
            ]}
            columns={{ 1: "pl-1!", 3: "max-lg:hidden", 6: "max-xl:hidden" }}
          >
            {instances.map((instance) => (
              <InstanceRow
                key={instance.id}
                instance={instance}
                nodeName={instance.node_id ? (nodeNames.get(instance.node_id) ?? undefined) : undefined}
                focused={focused?.id === instance.id}
                selected={selection.has(instance.id)}
                mayWrite={mayWrite}
                onSelect={(selected) => toggle(instance.id, selected)}
                onAction={(action) => act(action, instance)}
              />
            ))}
          </Table>
        )}
      </div>
      {list.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {confirmation}
      {create ? (
        <Suspense fallback={null}>
          <CreateDialog onClose={() => void navigate({ search: (held) => ({ q: held.q }), replace: true })} />
        </Suspense>
      ) : null}
    </Page>
  );
}

interface FilterProps {
  value: string;
  inputRef: React.RefObject<HTMLInputElement | null>;
  onChange: (value: string) => void;
  onLeave: () => void;
}

/** Types at once, asks the server when the typing rests. */
function Filter({ value, inputRef, onChange, onLeave }: FilterProps) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), 180);
    return () => clearTimeout(timer);
  }, [text, value]);
  // The address changed from elsewhere: back, or "clear the filter".
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  return (
    <div className="relative w-72 max-md:w-full">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
      />
      <input
        ref={inputRef}
        type="search"
        aria-label="Filter instances"
        placeholder="Filter by name or repository"
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && event.key !== "Enter") return;
          if (event.key === "Escape") setText("");
          event.currentTarget.blur();
          onLeave();
        }}
        className="h-8 w-full rounded-md border border-control-line bg-surface pr-8 pl-8 hover:border-muted max-md:h-10 max-md:text-lg"
      />
      <span className="absolute top-1.5 right-1.5 max-md:hidden">
        <Kbd>/</Kbd>
      </span>
    </div>
  );
}
