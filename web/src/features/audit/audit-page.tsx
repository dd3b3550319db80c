import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Download, FileClock, ListFilter } from "lucide-react";
import { useState } from "react";

import type { AuditEvent } from "@/api/types";
import { useHotkeys } from "@/app/hotkeys";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/layout";
import { Menu, MenuItem, MenuLabel } from "@/ui/menu";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Cell, Row, Table } from "@/ui/table";
import { useMay } from "../session/queries";
import { useNames } from "../team/use-names";
import { CheckpointPanel } from "./checkpoint-panel";
import { EventDialog } from "./event-dialog";
import { FilterBar } from "./filter-bar";
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
        <EventDialog event={shown} actor={actorWords(shown)} onClose={() => setShown(undefined)} />
      ) : null}
    </Page>
  );
}

function EventRow({
  event,
  actor,
  focused,
  onShow,
}: {
  event: AuditEvent;
  actor: string;
  focused: boolean;
  onShow: (event: AuditEvent) => void;
}) {
  return (
    <Row
      className={
        focused ? "relative bg-hover shadow-[inset_2px_0_0_var(--accent)]" : "relative hover:bg-hover"
      }
    >
      <Cell className="text-muted max-md:order-3">
        <RelativeTime at={event.at} />
      </Cell>
      <Cell className="max-w-40 truncate max-md:order-2">{actor}</Cell>
      <Cell wide className="max-md:order-1">
        <button
          type="button"
          onClick={() => onShow(event)}
          className="font-mono text-sm font-medium after:absolute after:inset-0"
        >
          {event.action}
        </button>
      </Cell>
      <Cell className="max-w-56 truncate font-mono text-sm text-muted max-md:order-4 max-md:max-w-full">
        {event.object ?? ""}
      </Cell>
      <Cell className="font-mono text-sm text-muted max-2xl:hidden">{event.ip ?? "–"}</Cell>
    </Row>
  );
}
