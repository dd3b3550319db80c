import { useQuery } from "@tanstack/react-query";
import { Archive, Download } from "lucide-react";

import type { Export, ExportScope } from "@/api/types";
import { bytes } from "@/format/numbers";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { exportsQuery, useDownload, useExport } from "./queries";

const STATES = {
  running: { word: "being made", tone: "busy" },
  ready: { word: "ready", tone: "ok" },
  failed: { word: "failed", tone: "bad" },
  expired: { word: "ended", tone: "still" },
} as const;

export function ExportsPanel({
  scope,
  title,
  detail,
  mayExport = true,
}: {
  scope: ExportScope;
  title: string;
  detail: string;
  mayExport?: boolean;
}) {
  const exports = useQuery(exportsQuery());
  const make = useExport();
  return (
    <Panel title={title} flush>
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <p className="max-w-prose text-muted">{detail}</p>
        <Button
          pending={make.isPending}
          disabled={!mayExport || make.isPending}
          onClick={() => make.mutate(scope)}
        >
          <Archive aria-hidden /> Make an export
        </Button>
      </div>
      {make.isError ? <ProblemNote error={make.error} className="mx-4 mb-4" /> : null}
      <div className="border-t">
        <QueryView query={exports} rows={1}>
          {({ items }) => {
            const mine = items.filter((item) => item.scope === scope);
            return mine.length === 0 ? (
              <p className="p-4 text-sm text-muted">
                None yet. It takes some minutes; the archive can then be downloaded for a week.
              </p>
            ) : (
              <Table
                label="Exports"
                head={["Made", "State", "Size", "Ends", <Hidden key="get">Download</Hidden>]}
              >
                {mine.map((item) => (
                  <ExportRow key={item.id} item={item} />
                ))}
              </Table>
            );
          }}
        </QueryView>
      </div>
    </Panel>
  );
}

function ExportRow({ item }: { item: Export }) {
  const download = useDownload();
  const state = STATES[item.state];
  return (
    <Row>
      <Cell label="Made">
        <RelativeTime at={item.created_at} />
      </Cell>
      <Cell>
        <Badge tone={state.tone}>{state.word}</Badge>
      </Cell>
      <Cell className="text-muted numeric">{bytes(item.size_bytes)}</Cell>
      <Cell label="Ends" className="text-muted">
        <RelativeTime at={item.expires_at} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {item.state === "ready" ? (
          <Button
            size="small"
            pending={download.isPending}
            onClick={() =>
              download.mutate(item.id, { onSuccess: (address) => window.location.assign(address) })
            }
          >
            <Download aria-hidden /> Download
          </Button>
        ) : null}
      </Cell>
    </Row>
  );
}
