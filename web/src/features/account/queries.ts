import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import type { components } from "@/api/schema";
import type { ApiToken, ChangePassword, NewToken, Page, Passkey, Session } from "@/api/types";
import { newPasskeyProof } from "../sign-in/queries";

const quiet = { meta: { quiet: true } } as const;

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

/** All but the one that asks. */
export function useEndOtherSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/v1/sessions"),
    onSuccess: () =>
      client.setQueryData<Page<Session>>(keys.sessions, (held) =>
        held ? { ...held, items: held.items.filter((item) => item.current) } : held,
      ),
  });
}

export function useRevokeToken() {
  return useRemoval<ApiToken>(keys.tokens, (id) =>
    api.DELETE("/v1/tokens/{token}", { params: { path: { token: id } } }),
  );
}

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (input: NewToken) => body(api.POST("/v1/tokens", { body: input })),
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

export function useRename() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (name: string) => body(api.PATCH("/v1/me", { body: { name } })),
    onSuccess: (me) => client.setQueryData(keys.me, me),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (input: ChangePassword) => api.POST("/v1/me/password", { body: input }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.factors }),
  });
}

export function useChangeEmail() {
  return useMutation({
    ...quiet,
    mutationFn: (email: string) => api.POST("/v1/me/email", { body: { email } }),
  });
}

export function useVerifyAgain() {
  return useMutation({ mutationFn: () => api.POST("/v1/me/verify-email") });
}

export function useDeleteAccount() {
  return useMutation({ ...quiet, mutationFn: () => api.DELETE("/v1/me") });
}

export const passkeysQuery = () =>
  queryOptions({
    queryKey: keys.passkeys,
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<Passkey>> => body(api.GET("/v1/me/passkeys", { signal })),
  });

function useFactorChange<Input, Answer>(change: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: change,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.factors }),
        client.invalidateQueries({ queryKey: keys.passkeys }),
      ]),
  });
}

export function useAddPasskey() {
  return useFactorChange(async (name: string) => {
    const proof = await newPasskeyProof(await body(api.POST("/v1/me/passkeys/begin")));
    return body(api.POST("/v1/me/passkeys", { body: { name, ...proof } }));
  });
}

export function useRenamePasskey() {
  return useFactorChange(({ id, name }: { id: string; name: string }) =>
    api.PATCH("/v1/me/passkeys/{passkey}", { params: { path: { passkey: id } }, body: { name } }),
  );
}

export function useRemovePasskey() {
  return useFactorChange((id: string) =>
    api.DELETE("/v1/me/passkeys/{passkey}", { params: { path: { passkey: id } } }),
  );
}

export function useBeginTotp() {
  return useMutation({ ...quiet, gcTime: 0, mutationFn: () => body(api.POST("/v1/me/totp")) });
}

export function useConfirmTotp() {
  return useFactorChange((code: string) => body(api.POST("/v1/me/totp/confirm", { body: { code } })));
}

export function useRemoveTotp() {
  return useFactorChange(() => api.DELETE("/v1/me/totp"));
}

export function useRenewRecoveryCodes() {
  return useFactorChange(() => body(api.POST("/v1/me/recovery-codes")));
}

/** An account elsewhere. */
export type LinkedIdentity = components["schemas"]["LinkedIdentity"];

export const identitiesQuery = () =>
  queryOptions({
    queryKey: keys.identities,
    refetchOnMount: "always",
    queryFn: ({ signal }): Promise<Page<LinkedIdentity>> => body(api.GET("/v1/me/identities", { signal })),
  });

export function useUnlink() {
  return useRemoval<LinkedIdentity>(keys.identities, (id) =>
    api.DELETE("/v1/me/identities/{identity}", { params: { path: { identity: id } } }),
  );
}

/**
 * Goes to an account elsewhere, to link it. The address is asked for once without being followed: what the server refuses is shown
 * on the page, and a fresh proof is asked for here, where going there at once would end on a page of the server.
 */
export function useBeginLink() {
  return useMutation({
    ...quiet,
    mutationFn: async (source: string) => {
      await api.GET("/v1/auth/sources/{source}/begin", {
        params: { path: { source }, query: { link: true } },
        redirect: "manual",
      });
      window.location.assign(`/v1/auth/sources/${encodeURIComponent(source)}/begin?link=true`);
    },
  });
}

export function useLinkDirectory() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    gcTime: 0,
    mutationFn: (account: components["schemas"]["LinkDirectory"]) =>
      api.POST("/v1/me/identities", { body: account }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.identities }),
  });
}
