import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page, Terminal } from "@/api/types";

export const terminalsQuery = (instanceId: string) =>
  queryOptions({
    queryKey: keys.terminals(instanceId),
    queryFn: ({ signal }): Promise<Page<Terminal>> =>
      body(
        api.GET("/v1/instances/{instance}/terminals", { params: { path: { instance: instanceId } }, signal }),
      ),
  });

export function useCreateTerminal(instanceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (size: { columns: number; rows: number }) =>
      body(
        api.POST("/v1/instances/{instance}/terminals", {
          params: { path: { instance: instanceId } },
          body: size,
        }),
      ),
    onSuccess: (terminal) =>
      client.setQueryData<Page<Terminal>>(keys.terminals(instanceId), (held) => ({
        ...held,
        items: [...(held?.items ?? []).filter((item) => item.id !== terminal.id), terminal],
      })),
  });
}

export function useCloseTerminal(instanceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      api.DELETE("/v1/instances/{instance}/terminals/{terminal}", {
        params: { path: { instance: instanceId, terminal: id } },
      }),
    onSuccess: (_answer, id) =>
      client.setQueryData<Page<Terminal>>(keys.terminals(instanceId), (held) =>
        held ? { ...held, items: held.items.filter((item) => item.id !== id) } : held,
      ),
  });
}

/** The shell ended: known from its stream before any list says so. */
export function useMarkExited(instanceId: string): (id: string, code: number) => void {
  const client = useQueryClient();
  return (id, code) =>
    client.setQueryData<Page<Terminal>>(keys.terminals(instanceId), (held) =>
      held
        ? { ...held, items: held.items.map((item) => (item.id === id ? { ...item, exit_code: code } : item)) }
        : held,
    );
}
