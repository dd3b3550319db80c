import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { OperatorUser, User } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { useMay, useMe } from "../session/queries";
import { operatorUsersQuery, useSwitchUser } from "./queries";
import { SearchField } from "./search-field";

export function OperatorUsersPage() {
  const [q, setQ] = useState("");
  const users = useInfiniteQuery({ ...operatorUsersQuery(q), placeholderData: (held) => held });
  const [doomed, setDoomed] = useState<OperatorUser>();
  return (
    <Page title="All users" quietHeading cli="stead operator users">
      <Panel title="Users" actions={<SearchField label="Find a user" onSearch={setQ} />} flush>
        <QueryView query={users} rows={6}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <p className="p-4 text-muted">No user matches “{q}”.</p>
            ) : (
              <Table label="Users" head={["Name", "State", "Joined", <Hidden key="actions">Actions</Hidden>]}>
                {items.map((held) => (
                  <UserRow key={held.user.id} held={held} onDisable={setDoomed} />
                ))}
              </Table>
            );
          }}
        </QueryView>
      </Panel>
      {users.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {doomed ? <DisableUser user={doomed.user} onClose={() => setDoomed(undefined)} /> : null}
    </Page>
  );
}

function UserRow({ held, onDisable }: { held: OperatorUser; onDisable: (held: OperatorUser) => void }) {
  const me = useMe();
  const mayWrite = useMay("operator:write");
  const enable = useSwitchUser();
  const { user } = held;
  return (
    <Row>
      <Cell wide>
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {user.name}
          {held.operator ? <Badge tone="accent">operator</Badge> : null}
        </span>
        <span className="block text-sm text-muted">
          {user.email ?? "no e-mail"}
          {user.email && !user.email_verified ? " · not verified" : ""}
        </span>
      </Cell>
      <Cell className="text-muted">
        {held.disabled_at ? (
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone="bad">kept out</Badge> <RelativeTime at={held.disabled_at} />
          </span>
        ) : (
          "may sign in"
        )}
      </Cell>
      <Cell label="Joined" className="text-muted">
        <RelativeTime at={user.created_at} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {mayWrite && user.id !== me.user.id ? (
          held.disabled_at ? (
            <Button
              size="small"
              aria-label={`Let ${user.name} in`}
              pending={enable.isPending}
              onClick={() =>
                enable.mutate(
                  { id: user.id, on: true },
                  { onSuccess: () => toast({ title: `${user.name} can sign in again` }) },
                )
              }
            >
              Let in
            </Button>
          ) : (
            <Button
              size="small"
              kind="quiet"
              aria-label={`Keep ${user.name} out`}
              onClick={() => onDisable(held)}
            >
              Keep out
            </Button>
          )
        ) : null}
      </Cell>
    </Row>
  );
}

function DisableUser({ user, onClose }: { user: User; onClose: () => void }) {
  const disable = useSwitchUser();
  return (
    <ConfirmDialog
      title={`Keep ${user.name} out?`}
      description="It can be undone at any time."
      losses={[
        "Every session and token of theirs stops within a second; they cannot sign in.",
        "Their instances go on running, their data stays.",
      ]}
      action="Keep out"
      keep="Leave it"
      pending={disable.isPending}
      error={disable.error}
      onConfirm={() => disable.mutate({ id: user.id, on: false }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
