import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { ExportScope } from "@/api/types";

export const exportsQuery = () =>
  queryOptions({
    queryKey: keys.exports,
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/exports", { signal })),
  });

export function useExport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (scope: ExportScope) => body(api.POST("/v1/exports", { body: { scope } })),
    meta: { quiet: true },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.exports }),
  });
}

/** An address that downloads the archive once, within a minute. */
export function useDownload() {
  return useMutation({
    mutationFn: async (id: string) => {
      const { token } = await body(
        api.POST("/v1/intents", { body: { purpose: "export_download", object: id } }),
      );
      return `/v1/exports/${encodeURIComponent(id)}/download?intent=${encodeURIComponent(token)}`;
    },
    gcTime: 0,
  });
}
