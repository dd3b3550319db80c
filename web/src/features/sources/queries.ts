import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { components } from "@/api/schema";
import type { Page } from "@/api/types";

export type Source = components["schemas"]["SignInSource"];
export type SourceKind = components["schemas"]["SourceKind"];
export type SourceInput = Pick<
  components["schemas"]["CreateSignInSource"],
  "name" | "kind" | "settings" | "role" | "domains"
>;

const at = (tenant: string, source: string) => ({ path: { tenant, source } });
const quiet = { meta: { quiet: true } } as const;

export const sourcesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: keys.sources(tenantId),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Source>> =>
      body(api.GET("/v1/tenants/{tenant}/sources", { params: { path: { tenant: tenantId } }, signal })),
  });

/** Makes one without an id, else changes it; secrets that are left empty stay what they are. */
export function useSaveSource(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: ({ id, kind, ...rest }: SourceInput & { id?: string; enabled?: boolean }) =>
      id
        ? body(api.PATCH("/v1/tenants/{tenant}/sources/{source}", { params: at(tenantId, id), body: rest }))
        : body(
            api.POST("/v1/tenants/{tenant}/sources", {
              params: { path: { tenant: tenantId } },
              body: { kind, ...rest },
            }),
          ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sources(tenantId) }),
  });
}

export function useDeleteSource(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (id: string) =>
      api.DELETE("/v1/tenants/{tenant}/sources/{source}", { params: at(tenantId, id) }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.sources(tenantId) }),
  });
}
