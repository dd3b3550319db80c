import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { Injection, Page, Secret, SecretVersion } from "@/api/types";

/** Whose secrets: everything in the tenant gets them, one instance does, or what the person creates. */
export type SecretHolder = "tenant" | "user" | { instance: string };

const keyOf = (holder: SecretHolder): string =>
  typeof holder === "string" ? holder : `instance/${holder.instance}`;

export const secretsQuery = (holder: SecretHolder) =>
  queryOptions({
    queryKey: keys.secrets(keyOf(holder)),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Secret>> => {
      if (holder === "tenant") return body(api.GET("/v1/secrets", { signal }));
      if (holder === "user") return body(api.GET("/v1/me/secrets", { signal }));
      return body(api.GET("/v1/instances/{instance}/secrets", { params: { path: holder }, signal }));
    },
  });

export const secretVersionsQuery = (holder: SecretHolder, secret: string) =>
  queryOptions({
    queryKey: keys.secretVersions(keyOf(holder), secret),
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<SecretVersion>> => {
      const params = { path: { secret } };
      if (holder === "tenant") return body(api.GET("/v1/secrets/{secret}/versions", { params, signal }));
      if (holder === "user") return body(api.GET("/v1/me/secrets/{secret}/versions", { params, signal }));
      return body(
        api.GET("/v1/instances/{instance}/secrets/{secret}/versions", {
          params: { path: { ...holder, secret } },
          signal,
        }),
      );
    },
  });

export interface SecretInput {
  name: string;
  value: string;
  inject: Injection;
}

export function useSetSecret(holder: SecretHolder) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ...content }: SecretInput): Promise<Secret> => {
      const params = { path: { secret: name } };
      if (holder === "tenant") return body(api.PUT("/v1/secrets/{secret}", { params, body: content }));
      if (holder === "user") return body(api.PUT("/v1/me/secrets/{secret}", { params, body: content }));
      return body(
        api.PUT("/v1/instances/{instance}/secrets/{secret}", {
          params: { path: { ...holder, secret: name } },
          body: content,
        }),
      );
    },
    meta: { quiet: true },
    // The value is not to be kept.
    gcTime: 0,
    onSuccess: (_answer, { name }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.secrets(keyOf(holder)) }),
        client.invalidateQueries({ queryKey: keys.secretVersions(keyOf(holder), name) }),
      ]),
  });
}

export function useDeleteSecret(holder: SecretHolder) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (name: string): Promise<void> => {
      const params = { path: { secret: name } };
      if (holder === "tenant") await api.DELETE("/v1/secrets/{secret}", { params });
      else if (holder === "user") await api.DELETE("/v1/me/secrets/{secret}", { params });
      else
        await api.DELETE("/v1/instances/{instance}/secrets/{secret}", {
          params: { path: { ...holder, secret: name } },
        });
    },
    meta: { quiet: true },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.secrets(keyOf(holder)) }),
  });
}
