import { useQuery } from "@tanstack/react-query";
import { Building2, Plus } from "lucide-react";
import { useState } from "react";

import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { CopyButton } from "@/ui/copy";
import { EmptyState, Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useMay, useMe } from "../session/queries";
import { KINDS } from "./kinds";
import { sourcesQuery, useDeleteSource, type Source } from "./queries";
import { SourceDialog } from "./source-dialog";

export function SourcesPage() {
  const me = useMe();
  const mayWrite = useMay("sso:write");
  const sources = useQuery(sourcesQuery(me.tenant.id));
  const [open, setOpen] = useState<{ what: "change" | "delete"; source?: Source }>();
  const close = () => setOpen(undefined);
  return (
    <Page title="Sign-in" quietHeading cli="stead sources" narrow>
      <Panel
        title="Sources of sign-in"
        flush
        actions={
          mayWrite ? (
            <Button size="small" onClick={() => setOpen({ what: "change" })}>
              <Plus aria-hidden /> New source
            </Button>
          ) : null
        }
      >
        <QueryView query={sources}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={<Building2 aria-hidden />} title="People sign in with their own accounts">
                <p>
                  Connect your company's identity provider or directory, and people of this tenant sign in
                  with the account they have there and become members. Who has an account here already links
                  it in their security settings.
                </p>
              </EmptyState>
            ) : (
              <>
                <div className="flex items-center gap-x-2 border-b px-4 py-2 text-muted max-sm:flex-wrap">
                  <span className="shrink-0 max-sm:w-full">Your people sign in at</span>
                  <code className="min-w-0 truncate font-mono text-sm max-sm:flex-1">
                    {items[0]?.sign_in_url}
                  </code>
                  <CopyButton text={items[0]?.sign_in_url ?? ""} label="Copy the address" />
                </div>
                <Table
                  label="Sources"
                  head={["Name", "Kind", "Added", <Hidden key="actions">Actions</Hidden>]}
                >
                  {items.map((source) => (
                    <Row key={source.id}>
                      <Cell wide>
                        <span className="font-medium">{source.name}</span>{" "}
                        {source.enabled ? null : <Badge tone="warn">off</Badge>}
                        <span className="block truncate font-mono text-sm text-muted">
                          {source.settings["issuer"] ??
                            source.settings["url"] ??
                            source.settings["client_id"]}
                        </span>
                      </Cell>
                      <Cell className="text-muted">{KINDS[source.kind].words}</Cell>
                      <Cell label="Added" className="text-muted">
                        <RelativeTime at={source.created_at} />
                      </Cell>
                      <Cell className="text-right whitespace-nowrap max-md:ml-auto">
                        {mayWrite ? (
                          <>
                            <Button
                              size="small"
                              kind="quiet"
                              aria-label={`Change ${source.name}`}
                              onClick={() => setOpen({ what: "change", source })}
                            >
                              Change
                            </Button>
                            <Button
                              size="small"
                              kind="quiet"
                              aria-label={`Delete ${source.name}`}
                              onClick={() => setOpen({ what: "delete", source })}
                            >
                              Delete
                            </Button>
                          </>
                        ) : null}
                      </Cell>
                    </Row>
                  ))}
                </Table>
              </>
            )
          }
        </QueryView>
      </Panel>
      {open?.what === "change" ? (
        <SourceDialog {...(open.source ? { before: open.source } : {})} onClose={close} />
      ) : null}
      {open?.what === "delete" && open.source ? <DeleteSource source={open.source} onClose={close} /> : null}
    </Page>
  );
}

function DeleteSource({ source, onClose }: { source: Source; onClose: () => void }) {
  const me = useMe();
  const deletion = useDeleteSource(me.tenant.id);
  return (
    <ConfirmDialog
      title={`Delete ${source.name}?`}
      losses={[
        "Nobody can sign in with it any more. Sessions that began with it end.",
        "What is linked by it is unlinked: people without another way in need an owner's help. Members stay members.",
      ]}
      typed={source.name}
      action="Delete it"
      pending={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate(source.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
