import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { OperatorTenant } from "@/api/types";
import { Page } from "@/app/page";
import { NONE } from "@/format/numbers";
import { Button } from "@/ui/button";
import { Initial } from "@/ui/initial";
import { Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useMay } from "../session/queries";
import { operatorTenantsQuery } from "./queries";
import { QuotaDialog } from "./quota-dialog";
import { SearchField } from "./search-field";

export function OperatorTenantsPage() {
  const [q, setQ] = useState("");
  const tenants = useInfiniteQuery({ ...operatorTenantsQuery(q), placeholderData: (held) => held });
  const mayWrite = useMay("operator:write");
  const [open, setOpen] = useState<OperatorTenant>();
  return (
    <Page title="All tenants" quietHeading cli="stead operator tenants">
      <Panel title="Tenants" actions={<SearchField label="Find a tenant" onSearch={setQ} />} flush>
        <QueryView query={tenants} rows={6}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <p className="p-4 text-muted">No tenant matches “{q}”.</p>
            ) : (
              <Table
                label="Tenants"
                head={["Name", "Members", "Instances", "Made", <Hidden key="actions">Actions</Hidden>]}
              >
                {items.map((tenant) => (
                  <Row key={tenant.id}>
                    <Cell wide>
                      <span className="flex items-center gap-2.5">
                        <Initial name={tenant.name} />
                        <span className="min-w-0">
                          <span className="flex items-center gap-2 font-medium">
                            {tenant.name}
                            {tenant.personal ? <span className="text-sm text-faint">personal</span> : null}
                            {tenant.deleted_at ? <Badge tone="bad">deleted</Badge> : null}
                          </span>
                          <span className="block truncate font-mono text-xs text-muted">{tenant.id}</span>
                        </span>
                      </span>
                    </Cell>
                    <Cell label="Members" className="numeric">
                      {used(tenant, "members")}
                    </Cell>
                    <Cell label="Instances" className="numeric">
                      {used(tenant, "instances")}
                    </Cell>
                    <Cell label="Made" className="text-muted">
                      <RelativeTime at={tenant.created_at} />
                    </Cell>
                    <Cell className="text-right max-md:ml-auto">
                      {mayWrite ? (
                        <Button
                          size="small"
                          kind="quiet"
                          aria-label={`Quotas of ${tenant.name}`}
                          onClick={() => setOpen(tenant)}
                        >
                          Quotas
                        </Button>
                      ) : null}
                    </Cell>
                  </Row>
                ))}
              </Table>
            );
          }}
        </QueryView>
      </Panel>
      {tenants.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={tenants.isFetchingNextPage} onClick={() => void tenants.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {open ? <QuotaDialog tenant={open} onClose={() => setOpen(undefined)} /> : null}
    </Page>
  );
}

function used(tenant: OperatorTenant, what: string): string {
  return tenant.quotas.find((quota) => quota.what === what)?.used.toLocaleString("en") ?? NONE;
}
