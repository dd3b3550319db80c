import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";

import { describe } from "@/api/problem";
import type { Tenant } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { Initial } from "@/ui/initial";
import { Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { switchTenant, useMe } from "../session/queries";
import { heldRole } from "../team/roles";
import { CreateTenantDialog } from "./create-tenant-dialog";
import { deletedTenantsQuery, useTenantAction } from "./queries";

/** Every tenant of the person, also those that wait for their end: an owner restores them here. */
export function MyTenantsPage() {
  const me = useMe();
  const deleted = useQuery(deletedTenantsQuery());
  const [creating, setCreating] = useState(false);
  return (
    <Page title="Tenants" quietHeading cli="stead tenants list" narrow>
      <Panel
        title="Your tenants"
        flush
        actions={
          <Button size="small" onClick={() => setCreating(true)}>
            <Plus aria-hidden /> New tenant
          </Button>
        }
      >
        <QueryView query={deleted}>
          {({ items }) => (
            <Table
              label="Tenants"
              head={["Name", "Your role", "State", <Hidden key="actions">Actions</Hidden>]}
            >
              {[...me.tenants, ...items].map((tenant) => (
                <TenantRow key={tenant.id} tenant={tenant} />
              ))}
            </Table>
          )}
        </QueryView>
      </Panel>
      {creating ? <CreateTenantDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function TenantRow({ tenant }: { tenant: Tenant }) {
  const me = useMe();
  const restore = useTenantAction("restore");
  const current = tenant.id === me.tenant.id;
  return (
    <Row>
      <Cell wide>
        <span className="flex items-center gap-2.5">
          <Initial name={tenant.name} />
          <span className="font-medium">{tenant.name}</span>
          {tenant.personal ? <span className="text-sm text-faint">personal</span> : null}
          {current ? <Badge tone="accent">open now</Badge> : null}
        </span>
      </Cell>
      <Cell className="text-muted">{heldRole(tenant)}</Cell>
      <Cell className="text-muted">
        {tenant.deleted_at ? (
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone="bad">deleted</Badge>
            {tenant.erased_after ? (
              <span>
                erased <RelativeTime at={tenant.erased_after} />
              </span>
            ) : null}
          </span>
        ) : (
          <span>
            made <RelativeTime at={tenant.created_at} />
          </span>
        )}
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {tenant.deleted_at ? (
          tenant.role === "owner" ? (
            <Button
              size="small"
              pending={restore.isPending}
              // A promise, because the row moves from one list to the other meanwhile.
              onClick={() =>
                void restore.mutateAsync(tenant.id).then(
                  () =>
                    toast({
                      title: `${tenant.name} is back`,
                      detail: "Its instances are stopped; start what you need.",
                    }),
                  (error: unknown) => toast({ tone: "bad", title: describe(error) }),
                )
              }
            >
              Restore
            </Button>
          ) : null
        ) : current ? null : (
          <Button size="small" aria-label={`Open ${tenant.name}`} onClick={() => switchTenant(tenant.id)}>
            Open
          </Button>
        )}
      </Cell>
    </Row>
  );
}
