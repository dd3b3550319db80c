import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Download, FileClock, ListFilter } from "lucide-react";
import { useState } from "react";

import type { AuditEvent } from "@/api/types";
import { useHotkeys } from "@/app/hotkeys";
import { Page } from "@/app/page";
import { idWords } from "@/format/ids";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { EmptyState } from "@/ui/layout";
import { Menu, MenuItem, MenuLabel } from "@/ui/menu";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Cell, Row, Table } from "@/ui/table";
import { useMay, useMe } from "../session/queries";
import { useInstanceNames } from "../operations/list-page";
import { useNames } from "../team/use-names";
import { CheckpointPanel } from "./checkpoint-panel";
import { EventDialog } from "./event-dialog";
import { FilterBar } from "./filter-bar";
import { objectWords } from "./objects";
import { auditQuery, exportAddress, type AuditFilter } from "./queries";
import { SinksPanel } from "./sinks-panel";

const route = getRouteApi("/shell/audit");

export function AuditPage() {
  const filter: AuditFilter = route.useSearch();
  const navigate = useNavigate({ from: "/audit" });
  const mayWrite = useMay("audit:write");
  const log = useInfiniteQuery(auditQuery(filter));
  const [shown, setShown] = useState<AuditEvent>();
  const [focus, setFocus] = useState(-1);
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  const nameOf = useNames();
  const actorWords = (event: AuditEvent) => nameOf(event.actor) ?? "Stead itself";
  const known = useKnown();
  const filtered = Object.keys(filter).length > 0;
  useHotkeys({
    j: () => setFocus((at) => Math.min(at + 1, items.length - 1)),
    k: () => setFocus((at) => Math.max(at - 1, 0)),
    Enter: () => setShown(items[focus]),
  });
  return (
    <Page
      title="Audit"
      detail="Every change and every sign-in: who, what, when, from where. Nobody can alter it unseen."
      cli="stead audit list"
      actions={
        <Menu
          trigger={
            <Button>
              <Download aria-hidden /> Export
            </Button>
          }
        >
          <MenuLabel>{filtered ? "What the filter shows" : "The whole log"}</MenuLabel>
          <MenuItem asChild>
            <a href={exportAddress("jsonl", filter)} download>
              JSON Lines{filtered ? "" : ", to verify elsewhere"}
            </a>
          </MenuItem>
          <MenuItem asChild>
            <a href={exportAddress("cef", filter)} download>
              CEF, for a SIEM
            </a>
          </MenuItem>
        </Menu>
      }
    >
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <FilterBar filter={filter} onChange={(next) => void navigate({ search: next, replace: true })} />
          <div className="overflow-hidden rounded-lg border bg-surface">
            <QueryView query={log} rows={8}>
              {() =>
                items.length === 0 ? (
                  filtered ? (
                    <EmptyState
                      icon={<ListFilter aria-hidden />}
                      title="Nothing matches the filter"
                      action={
                        <Button onClick={() => void navigate({ search: {}, replace: true })}>
                          Clear the filter
                        </Button>
                      }
                    />
                  ) : (
                    <EmptyState icon={<FileClock aria-hidden />} title="Nothing has happened yet">
                      <p>What people and programs change in this tenant appears here.</p>
                    </EmptyState>
                  )
                ) : (
                  <Table
                    label="Audit log"
                    head={["When", "Who", "What", "On", "From"]}
                    columns={{ 4: "max-2xl:hidden" }}
                  >
                    {items.map((event, index) => (
                      <EventRow
                        key={event.id}
                        event={event}
                        actor={actorWords(event)}
                        object={objectWords(event, known)}
                        focused={index === focus}
                        onShow={setShown}
                      />
                    ))}
                  </Table>
                )
              }
            </QueryView>
          </div>
          {log.hasNextPage ? (
            <div className="mt-3 flex justify-center">
              <Button pending={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                Show earlier
              </Button>
            </div>
          ) : null}
        </div>
        <div className="flex flex-col gap-4">
          <CheckpointPanel />
          <SinksPanel mayWrite={mayWrite} />
        </div>
      </div>
      {shown ? (
        <EventDialog
          event={shown}
          actor={actorWords(shown)}
          object={objectWords(shown, known)}
          onClose={() => setShown(undefined)}
        />
      ) : null}
    </Page>
  );
}

/** Names of what the log speaks of by id, as far as it still exists. */
function useKnown(): (id: string) => string | undefined {
  const me = useMe();
  const nameOf = useNames();
  const instances = useInstanceNames();
  return (id) => {
    if (id.startsWith("user_")) {
      const name = nameOf(id);
      return name === idWords(id) ? undefined : name;
    }
    return instances.get(id) ?? me.tenants.find((tenant) => tenant.id === id)?.name;
  };
}

function EventRow({
  event,
  actor,
  object,
  focused,
  onShow,
}: {
  event: AuditEvent;
  actor: string;
  object: ReturnType<typeof objectWords>;
  focused: boolean;
  onShow: (event: AuditEvent) => void;
}) {
  return (
    <Row
      className={
        focused ? "relative bg-hover shadow-[inset_2px_0_0_var(--accent)]" : "relative hover:bg-hover"
      }
    >
      <Cell className="text-muted max-md:order-4">
        <RelativeTime at={event.at} />
      </Cell>
      <Cell className="max-w-40 truncate max-md:order-2" title={event.actor ?? undefined}>
        {actor}
      </Cell>
      <Cell wide className="max-md:order-1">
        <button
          type="button"
          onClick={() => onShow(event)}
          className="font-mono text-sm font-medium after:absolute after:inset-0"
        >
          {event.action}
        </button>
      </Cell>
      <Cell
        className={cx(
          "max-w-56 truncate max-md:order-3 max-md:max-w-full",
          object.name ? undefined : "text-muted",
          object.words === "" && "max-md:hidden",
        )}
        title={event.object ?? undefined}
      >
        {object.words}
      </Cell>
      <Cell className="font-mono text-sm text-muted max-2xl:hidden">{event.ip ?? "–"}</Cell>
    </Row>
  );
}
