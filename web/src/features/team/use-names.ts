import { useInfiniteQuery } from "@tanstack/react-query";

import { useMe } from "../session/queries";
import { membersQuery } from "./queries";

/** Names of users by their ids: what the log and secrets remember is the id. Whoever left the tenant stays an id. */
export function useNames(): (id: string | null | undefined) => string | undefined {
  const me = useMe();
  const members =
    useInfiniteQuery(membersQuery(me.tenant.id)).data?.pages.flatMap((page) => page.items) ?? [];
  return (id) => {
    if (!id) return undefined;
    if (id === me.user.id) return me.user.name;
    return members.find(({ user }) => user.id === id)?.user.name ?? id;
  };
}
