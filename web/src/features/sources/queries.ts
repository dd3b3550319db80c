import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

export type Source = components["schemas"]["SignInSource"];
export type SourceKind = components["schemas"]["SourceKind"];
export type SourceInput = Pick<
  components["schemas"]["CreateSignInSource"],
  "name" | "kind" | "settings" | "role" | "domains"
>;

const all = (tenantId: string) => `/v1/tenants/${encodeURIComponent(tenantId)}/sources`;
const quiet = { meta: { quiet: true } } as const;

export const sourcesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.sources(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<Source>>("GET", all(tenantId), { query: { limit: 100 }, signal }),
  });

/** Makes one without an id, else changes it; secrets that are left empty stay what they are. */
export function useSaveSource(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: ({ id, kind, ...rest }: SourceInput & { id?: string; enabled?: boolean }) =>
      id
        ? send<Source>("PATCH", `${all(tenantId)}/${id}`, { body: rest })
        : send<Source>("POST", all(tenantId), { body: { kind, ...rest } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sources(tenantId) }),
  });
}

export function useDeleteSource(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (id: string) => send<undefined>("DELETE", `${all(tenantId)}/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sources(tenantId) }),
  });
}
