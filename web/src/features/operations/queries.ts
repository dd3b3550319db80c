import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { storeOperation } from "@/api/events";
import { keys } from "@/api/keys";
import type { Operation, OperationLogLine, Page } from "@/api/types";

export interface OperationFilter {
  instanceId?: string;
  unfinished?: boolean;
}

export const operationListQuery = (filter: OperationFilter) =>
  infiniteQueryOptions({
    queryKey: keys.operationList(filter),
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<Operation>> =>
      body(
        api.GET("/v1/operations", {
          params: {
            query: {
              limit: 50,
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(filter.instanceId ? { instance_id: filter.instanceId } : {}),
              ...(filter.unfinished ? { unfinished: true } : {}),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const operationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.operation(id),
    queryFn: ({ signal }): Promise<Operation> =>
      body(api.GET("/v1/operations/{operation}", { params: { path: { operation: id } }, signal })),
  });

export const operationLogQuery = (id: string) =>
  queryOptions({
    queryKey: keys.operationLog(id),
    queryFn: async ({ signal }): Promise<OperationLogLine[]> => {
      const lines: OperationLogLine[] = [];
      let cursor: string | null | undefined;
      // Logs are short; the limit keeps a broken server from keeping us busy forever.
      for (let page = 0; page < 25; page += 1) {
        const answer: Page<OperationLogLine> = await body(
          api.GET("/v1/operations/{operation}/log", {
            params: { path: { operation: id }, query: { limit: 200, ...(cursor ? { cursor } : {}) } },
            signal,
          }),
        );
        lines.push(...answer.items);
        cursor = answer.next_cursor;
        if (!cursor) break;
      }
      return lines;
    },
  });

export function useOperationAction(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: "cancel" | "retry") => {
      const params = { path: { operation: id } };
      return action === "cancel"
        ? body(api.POST("/v1/operations/{operation}/cancel", { params }))
        : body(api.POST("/v1/operations/{operation}/retry", { params }));
    },
    onSuccess: (operation) => storeOperation(client, operation),
  });
}
