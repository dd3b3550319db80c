import { infiniteQueryOptions } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Member, Page } from "@/api/types";

export const membersQuery = (tenantId: string) =>
  infiniteQueryOptions({
    queryKey: keys.members(tenantId),
    refetchOnMount: "always",
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<Member>> =>
      body(
        api.GET("/v1/tenants/{tenant}/members", {
          params: {
            path: { tenant: tenantId },
            query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
