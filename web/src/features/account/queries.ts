import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { ApiToken, Page, Session } from "@/api/types";

export const sessionsQuery = () =>
  queryOptions({
    queryKey: keys.sessions,
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Session>> =>
      body(api.GET("/v1/sessions", { params: { query: { limit: 200 } }, signal })),
  });

export const tokensQuery = () =>
  queryOptions({
    queryKey: keys.tokens,
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<ApiToken>> =>
      body(api.GET("/v1/tokens", { params: { query: { limit: 200 } }, signal })),
  });

/** Takes the row away at once and brings it back when the server refuses. */
function useRemoval<T extends { id: string }>(
  key: readonly string[],
  remove: (id: string) => Promise<unknown>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: remove,
    onMutate: (id: string) => {
      const before = client.getQueryData<Page<T>>(key);
      client.setQueryData<Page<T>>(key, (held) =>
        held ? { ...held, items: held.items.filter((item) => item.id !== id) } : held,
      );
      return { before };
    },
    onError: (_error, _id, context) => client.setQueryData(key, context?.before),
  });
}

export function useEndSession() {
  return useRemoval<Session>(keys.sessions, (id) =>
    api.DELETE("/v1/sessions/{session}", { params: { path: { session: id } } }),
  );
}

export function useRevokeToken() {
  return useRemoval<ApiToken>(keys.tokens, (id) =>
    api.DELETE("/v1/tokens/{token}", { params: { path: { token: id } } }),
  );
}

export interface NewToken {
  name: string;
  scopes: string[];
  expires_in_days?: number;
}

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: NewToken) => body(api.POST("/v1/tokens", { body: input })),
    meta: { quiet: true },
    onSuccess: ({ token }) =>
      client.setQueryData<Page<ApiToken>>(keys.tokens, (held) =>
        held ? { ...held, items: [token, ...held.items] } : held,
      ),
    // The secret is not to be kept anywhere but on screen.
    gcTime: 0,
  });
}

export function useCreateSignInLink() {
  return useMutation({ mutationFn: () => body(api.POST("/v1/sign-in-links")), gcTime: 0 });
}
