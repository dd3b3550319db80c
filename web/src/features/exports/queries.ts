import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body, send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Operation, Page } from "@/api/types";

export type ExportScope = "user" | "tenant";

/** `Export` of `crates/api/src/v1/exports.rs` */
export interface Export {
  id: string;
  scope: ExportScope;
  state: "running" | "ready" | "failed" | "expired";
  size_bytes?: number | null;
  created_at: string;
  expires_at?: string | null;
  operation_id?: string | null;
}

export const exportsQuery = () =>
  queryOptions({
    queryKey: keys.exports,
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<Export>>("GET", "/v1/exports", { signal }),
  });

export function useExport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (scope: ExportScope) => send<Operation>("POST", "/v1/exports", { body: { scope } }),
    meta: { quiet: true },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.exports }),
  });
}

/** An address that downloads the archive once, within a minute. */
export function useDownload() {
  return useMutation({
    mutationFn: async (id: string) => {
      const { token } = await body(
        api.POST("/v1/intents", { body: { purpose: "download_export", object: id } }),
      );
      return `/v1/exports/${encodeURIComponent(id)}/download?intent=${encodeURIComponent(token)}`;
    },
    gcTime: 0,
  });
}
