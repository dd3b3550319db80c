import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page } from "@/api/types";

/** `Inject` of `crates/api/src/v1/secrets.rs` */
export interface Injection {
  kind: "env" | "file";
  /** Name of the variable, or of the file in `/run/secrets`. The secret's name when absent. */
  target?: string | null;
}

/** `Secret`: everything but the value, which nobody sees again. */
export interface Secret {
  id: string;
  name: string;
  level: "user" | "tenant" | "instance";
  inject: Injection;
  version: number;
  created_at: string;
  updated_at: string;
  /** Id of the user who wrote the newest value. */
  updated_by?: string | null;
}

/** `SecretVersion`, newest first. */
export interface SecretVersion {
  version: number;
  created_at: string;
  created_by?: string | null;
}

const one = (base: string, name: string) => `${base}/${encodeURIComponent(name)}`;

/** `base` is the level: `/v1/secrets`, `/v1/me/secrets` or `/v1/instances/{instance}/secrets`. */
export const secretsQuery = (base: string) =>
  queryOptions({
    queryKey: keys.secrets(base),
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<Secret>>("GET", base, { query: { limit: 200 }, signal }),
  });

export const secretVersionsQuery = (base: string, name: string) =>
  queryOptions({
    queryKey: keys.secretVersions(base, name),
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Page<SecretVersion>>("GET", `${one(base, name)}/versions`, { signal }),
  });

export interface SecretInput {
  name: string;
  value: string;
  inject: Injection;
}

export function useSetSecret(base: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, value, inject }: SecretInput) =>
      send<unknown>("PUT", one(base, name), { body: { value, inject } }),
    meta: { quiet: true },
    // The value is not to be kept.
    gcTime: 0,
    onSuccess: (_answer, { name }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.secrets(base) }),
        client.invalidateQueries({ queryKey: keys.secretVersions(base, name) }),
      ]),
  });
}

export function useDeleteSecret(base: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => send<undefined>("DELETE", one(base, name)),
    meta: { quiet: true },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.secrets(base) }),
  });
}
