import { useInfiniteQuery } from "@tanstack/react-query";

import { idWords } from "@/format/ids";
import { useMe } from "../session/queries";
import { membersQuery } from "./queries";

/** Names of users by their ids: what the log and secrets remember is the id. Of whoever left the tenant only its end is shown. */
export function useNames(): (id: string | null | undefined) => string | undefined {
  const me = useMe();
  const members =
    useInfiniteQuery(membersQuery(me.tenant.id)).data?.pages.flatMap((page) => page.items) ?? [];
  return (id) => {
    if (!id) return undefined;
    if (id === "stead") return "Stead itself";
    if (id === me.user.id) return me.user.name;
    return members.find(({ user }) => user.id === id)?.user.name ?? idWords(id);
  };
}
