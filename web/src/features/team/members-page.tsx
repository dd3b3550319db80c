import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";

import type { Member } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Input } from "@/ui/field";
import { Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { useMay, useMe } from "../session/queries";
import { membersQuery, rolesQuery, useChangeRole, useRemoveMember } from "./queries";
import { RoleSelect } from "./role-select";
import { BUILT_IN, roleName, roleReference } from "./roles";

/** From here on the list has a filter. */
const FILTER_FROM = 10;

export function MembersPage() {
  const me = useMe();
  const mayWrite = useMay("member:write");
  const members = useInfiniteQuery(membersQuery(me.tenant.id));
  const [text, setText] = useState("");
  const [leaving, setLeaving] = useState<Member>();
  const items = members.data?.pages.flatMap((page) => page.items) ?? [];
  const wanted = text.trim().toLowerCase();
  const shown = items.filter(({ user }) => `${user.name} ${user.email ?? ""}`.toLowerCase().includes(wanted));
  const invite =
    mayWrite && !me.tenant.personal ? (
      <Button size="small" asChild>
        <Link to="/team/invites" search={{ new: true }}>
          <UserPlus aria-hidden /> Invite
        </Link>
      </Button>
    ) : null;
  return (
    <Page title="Members" quietHeading cli="stead tenants members" narrow>
      <Panel title="Members" actions={invite} flush>
        {items.length >= FILTER_FROM ? (
          <div className="border-b p-3">
            <Input
              type="search"
              aria-label="Find a member"
              placeholder="Find a member"
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="max-w-xs"
            />
          </div>
        ) : null}
        <QueryView query={members}>
          {() => (
            <Table label="Members" head={["Name", "Role", "Joined", <Hidden key="actions">Actions</Hidden>]}>
              {shown.map((member) => (
                <MemberRow key={member.user.id} member={member} mayWrite={mayWrite} onRemove={setLeaving} />
              ))}
            </Table>
          )}
        </QueryView>
      </Panel>
      {members.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
      {leaving ? <RemoveMember member={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </Page>
  );
}

function MemberRow({
  member,
  mayWrite,
  onRemove,
}: {
  member: Member;
  mayWrite: boolean;
  onRemove: (member: Member) => void;
}) {
  const me = useMe();
  const roles = useQuery(rolesQuery(me.tenant.id)).data?.items ?? [];
  const change = useChangeRole(me.tenant.id);
  const self = member.user.id === me.user.id;
  const role = change.isPending ? change.variables.role : roleReference(member);
  const words = BUILT_IN[role];
  return (
    <Row>
      <Cell wide>
        <span className="flex items-center gap-3">
          <span
            aria-hidden
            className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent-ink"
          >
            {member.user.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0">
            <span className="flex items-center gap-2 font-medium">
              {member.user.name}
              {self ? <Badge tone="accent">you</Badge> : null}
            </span>
            <span className="block truncate text-sm text-muted">{member.user.email}</span>
          </span>
        </span>
      </Cell>
      <Cell>
        <span className="flex items-center gap-3">
          {mayWrite && !self ? (
            <RoleSelect
              aria-label={`Role of ${member.user.name}`}
              className="w-36"
              value={role}
              disabled={change.isPending}
              onChange={(event) =>
                change.mutate(
                  { user: member.user.id, role: event.target.value },
                  {
                    onSuccess: (_answer, input) =>
                      toast({ title: `${member.user.name} is ${roleName(input.role, roles)} now` }),
                  },
                )
              }
            />
          ) : (
            <span>{roleName(role, roles)}</span>
          )}
          {words ? <span className="text-sm text-muted max-lg:hidden">{words}</span> : null}
        </span>
      </Cell>
      <Cell label="Joined" className="text-muted">
        <RelativeTime at={member.since} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {mayWrite && !self ? (
          <Button
            size="small"
            kind="quiet"
            aria-label={`Remove ${member.user.name}`}
            onClick={() => onRemove(member)}
          >
            Remove
          </Button>
        ) : null}
      </Cell>
    </Row>
  );
}

function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const me = useMe();
  const removal = useRemoveMember(me.tenant.id);
  return (
    <ConfirmDialog
      title={`Remove ${member.user.name}?`}
      losses={[
        `They lose every access to ${me.tenant.name} within a second; terminals they have open are cut.`,
        "Their access to single instances goes too.",
        "Instances they made stay, and go on running.",
      ]}
      action={`Remove ${member.user.name}`}
      keep="Keep them"
      pending={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate(member.user.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
