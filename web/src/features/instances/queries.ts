import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { storeInstance, storeOperation } from "@/api/events";
import { keys } from "@/api/keys";
import { patchById, upsertInstance, type Pages } from "@/api/reducer";
import type { CreateInstance, Instance, InstanceOperation, Page, UpdateInstance, Usage } from "@/api/types";

export const instanceListQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.instanceList(q),
    initialPageParam: "",
    queryFn: ({ pageParam, signal }): Promise<Page<Instance>> =>
      body(
        api.GET("/v1/instances", {
          params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}), ...(q ? { q } : {}) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const instanceQuery = (reference: string) =>
  queryOptions({
    queryKey: keys.instance(reference),
    queryFn: ({ signal }): Promise<Instance> =>
      body(api.GET("/v1/instances/{instance}", { params: { path: { instance: reference } }, signal })),
  });

/** Shows at once what the list already knows of it. */
export function instanceFromLists(client: QueryClient, reference: string): Instance | undefined {
  for (const [, list] of client.getQueriesData<Pages<Instance>>({ queryKey: ["instances", "list"] })) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find((item) => item.name === reference || item.id === reference);
      if (found) return found;
    }
  }
  return undefined;
}

/** Measurements since the page was opened; only events write them. */
export const usageHistoryQuery = (id: string) =>
  queryOptions({
    queryKey: keys.usageHistory(id),
    queryFn: (): Usage[] => [],
    initialData: (): Usage[] => [],
    gcTime: 15 * 60_000,
  });

export function accept(client: QueryClient, answer: InstanceOperation): void {
  const { instance, operation } = answer;
  // An answer may arrive after newer events; the stores keep what is newer.
  storeInstance(client, { ...instance, operation: instance.operation ?? null });
  storeOperation(client, operation);
}

export type Action = "start" | "stop" | "restart" | "kill" | "pause" | "wake" | "delete";

function send(action: Action, id: string): Promise<InstanceOperation> {
  const params = { path: { instance: id } };
  switch (action) {
    case "start":
      return body(api.POST("/v1/instances/{instance}/start", { params }));
    case "stop":
      return body(api.POST("/v1/instances/{instance}/stop", { params, body: {} }));
    case "restart":
      return body(api.POST("/v1/instances/{instance}/restart", { params }));
    case "kill":
      return body(api.POST("/v1/instances/{instance}/kill", { params }));
    case "pause":
      return body(api.POST("/v1/instances/{instance}/pause", { params }));
    case "wake":
      return body(api.POST("/v1/instances/{instance}/wake", { params }));
    case "delete":
      return body(api.DELETE("/v1/instances/{instance}", { params }));
  }
}

export function useInstanceAction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, id }: { action: Action; id: string }) => send(action, id),
    onSuccess: (answer) => accept(client, answer),
  });
}

export function useCreateInstance() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: CreateInstance) => body(api.POST("/v1/instances", { body: input })),
    meta: { quiet: true },
    onSuccess: (answer) => {
      const instance = { ...answer.instance, operation: answer.instance.operation ?? answer.operation };
      client.setQueryData(keys.instance(instance.name), instance);
      client.setQueryData(keys.operation(answer.operation.id), answer.operation);
      for (const [key, list] of client.getQueriesData<Pages<Instance>>({ queryKey: ["instances", "list"] })) {
        if (list)
          client.setQueryData(key, upsertInstance(list, instance, typeof key[2] === "string" ? key[2] : ""));
      }
    },
  });
}

/** Sends the version that the form was filled from: when somebody else changed the instance meanwhile, the server refuses. */
export function useUpdateInstance(instance: Instance) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: UpdateInstance) =>
      body(
        api.PATCH("/v1/instances/{instance}", {
          params: { path: { instance: instance.id } },
          headers: { "If-Match": `"${instance.version}"` },
          body: input,
        }),
      ),
    meta: { quiet: true },
    onSuccess: (next) => {
      client.setQueryData(keys.instance(next.name), next);
      client.setQueriesData<Pages<Instance>>(
        { queryKey: ["instances", "list"] },
        (list) => list && patchById(list, next.id, () => next),
      );
      storeInstance(client, next);
    },
  });
}
