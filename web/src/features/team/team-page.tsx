import { useInfiniteQuery } from "@tanstack/react-query";

import type { Member } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useMe } from "../session/queries";
import { membersQuery } from "./queries";

const ROLES: Record<Member["role"], string> = {
  owner: "everything, also the tenant itself",
  admin: "everything but the ownership",
  support: "sees all, changes nothing",
  member: "works with instances",
  guest: "looks at instances",
};

export function TeamPage() {
  const me = useMe();
  const members = useInfiniteQuery(membersQuery(me.tenant.id));
  const items = members.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Team"
      detail={
        me.tenant.personal
          ? "This is your personal tenant: you are its only member."
          : `Who works in ${me.tenant.name}, and as what.`
      }
      cli={me.tenant.personal ? "stead list" : `stead list --tenant ${me.tenant.id}`}
      narrow
    >
      <div className="overflow-hidden rounded-lg border bg-surface">
        {members.isError ? (
          <ProblemNote error={members.error} className="m-4" />
        ) : members.isPending ? (
          <SkeletonRows rows={3} />
        ) : (
          <Table label="Members" head={["Name", "Role", "Member since"]}>
            {items.map((member) => (
              <Row key={member.user.id}>
                <Cell wide>
                  <span className="flex items-center gap-3">
                    <span
                      aria-hidden
                      className="flex size-8 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent-ink"
                    >
                      {member.user.name.slice(0, 1).toUpperCase()}
                    </span>
                    <span className="min-w-0">
                      <span className="flex items-center gap-2 font-medium">
                        {member.user.name}
                        {member.user.id === me.user.id ? <Badge tone="accent">you</Badge> : null}
                      </span>
                      <span className="block truncate text-sm text-muted">{member.user.email}</span>
                    </span>
                  </span>
                </Cell>
                <Cell>
                  <span className="capitalize">{member.role}</span>
                  <span className="ml-2 text-sm text-muted max-md:hidden">{ROLES[member.role]}</span>
                </Cell>
                <Cell label="since" className="text-muted">
                  <RelativeTime at={member.since} />
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </div>
      {members.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
