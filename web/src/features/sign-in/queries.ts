import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

import { api, body } from "@/api/client";
import { keys } from "@/api/keys";
import { chooseTenant } from "@/api/tenant";
import type {
  PasskeyBegun,
  PasskeyProof,
  SecondFactorRequest,
  SignInAnswer,
  SignUpRequest,
} from "@/api/types";
import { readMe } from "../session/queries";
import { askPasskey, makePasskey, type CreationJson, type RequestJson } from "./passkeys";
import { keepInvite, whereTo } from "./sign-in-link";

export const authMethodsQuery = (tenant?: string) =>
  queryOptions({
    queryKey: [...keys.authMethods, tenant],
    queryFn: ({ signal }) =>
      body(api.GET("/v1/auth/methods", { params: { query: tenant ? { tenant } : {} }, signal })),
  });

/** Every way of signing in; each answers the same. */
export const ways = {
  link: (token: string): Promise<SignInAnswer> => body(api.POST("/v1/auth/link", { body: { token } })),
  password: (who: { email: string; password: string }): Promise<SignInAnswer> =>
    body(api.POST("/v1/auth/sign-in", { body: who })),
  magicLink: (token: string): Promise<SignInAnswer> =>
    body(api.POST("/v1/auth/magic-link/confirm", { body: { token } })),
  directory: (source: string, account: { user: string; password: string }): Promise<SignInAnswer> =>
    body(api.POST("/v1/auth/sources/{source}/sign-in", { params: { path: { source } }, body: account })),
  passkeyProof: (proof: PasskeyProof): Promise<SignInAnswer> =>
    body(api.POST("/v1/auth/passkey/finish", { body: proof })),
  passkey: async (): Promise<SignInAnswer> => ways.passkeyProof(await provePasskey()),
  secondFactor: (
    pending: string,
    proof: Pick<SecondFactorRequest, "totp" | "recovery_code" | "passkey">,
  ): Promise<SignInAnswer> => body(api.POST("/v1/auth/second-factor", { body: { pending, ...proof } })),
};

/** One challenge of the server, answered by a passkey of this device. */
export async function provePasskey(
  pending?: string,
  how: { suggest?: boolean; signal?: AbortSignal } = {},
): Promise<PasskeyProof> {
  const begun = await body(
    api.POST("/v1/auth/passkey/begin", {
      body: pending ? { pending } : {},
      ...(how.signal ? { signal: how.signal } : {}),
    }),
  );
  return { pending: begun.pending, credential: await askPasskey(begun.options as RequestJson, how) };
}

export async function newPasskeyProof(begun: PasskeyBegun): Promise<PasskeyProof> {
  return { pending: begun.pending, credential: await makePasskey(begun.options as CreationJson) };
}

/** Runs one way of signing in; remembers who came in. The caller looks at the answer for a second factor. */
export function useAdmission() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (way: () => Promise<SignInAnswer>): Promise<SignInAnswer> => {
      chooseTenant(undefined);
      const admitted = await way();
      if (admitted.kind !== "signed_in") return admitted;
      // Whoever works in one team begins there; the personal tenant is one click away.
      const [team, ...others] = admitted.me.tenants.filter((tenant) => !tenant.personal);
      if (!team || others.length > 0) return admitted;
      chooseTenant(team.id);
      return { kind: "signed_in", me: await readMe() };
    },
    meta: { quiet: true },
    onSuccess: (answer) => {
      if (answer.kind !== "signed_in") return;
      client.clear();
      client.setQueryData(keys.me, answer.me);
    },
  });
}

/** Where one goes once inside. */
export function useEnter(from: string | undefined): () => void {
  const router = useRouter();
  return () => {
    const target = whereTo(from);
    // Addresses under /v1/ are the server's own, such as the one that opens a private preview.
    if (target.startsWith("/v1/")) window.location.assign(target);
    else router.history.replace(target);
  };
}

const quiet = { meta: { quiet: true } } as const;

export function useSignUp() {
  return useMutation({
    ...quiet,
    mutationFn: (input: SignUpRequest) => api.POST("/v1/auth/sign-up", { body: input }),
  });
}

export function useAskMagicLink() {
  return useMutation({
    ...quiet,
    mutationFn: (email: string) => api.POST("/v1/auth/magic-link", { body: { email } }),
  });
}

export function useAskReset() {
  return useMutation({
    ...quiet,
    mutationFn: (email: string) => api.POST("/v1/auth/reset", { body: { email } }),
  });
}

export function useReset() {
  return useMutation({
    ...quiet,
    mutationFn: (input: { token: string; password: string }) =>
      api.POST("/v1/auth/reset/confirm", { body: input }),
  });
}

/** `verify-email` for a new account, `confirm-email` for a changed address. */
export function useConfirmMail(what: "verify-email" | "confirm-email") {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (token: string) =>
      what === "verify-email"
        ? api.POST("/v1/auth/verify-email", { body: { token } })
        : api.POST("/v1/auth/confirm-email", { body: { token } }),
    onSuccess: () => client.removeQueries({ queryKey: keys.me }),
  });
}

export const factorsQuery = () =>
  queryOptions({
    queryKey: keys.factors,
    refetchOnMount: "always",
    queryFn: ({ signal }) => body(api.GET("/v1/me/factors", { signal })),
  });

/** A fresh proof, for what asks for one within ten minutes. */
export function useStepUp() {
  return useMutation({
    ...quiet,
    mutationFn: async (proof: { password: string } | { totp: string } | "passkey") =>
      api.POST("/v1/auth/step-up", {
        body: proof === "passkey" ? { passkey: await provePasskey() } : proof,
      }),
  });
}

/** Ends the session and comes back to this page with a new one. */
export function useSignInAgain() {
  return useMutation({
    ...quiet,
    mutationFn: () => api.POST("/v1/auth/sign-out"),
    onSuccess: () => {
      const { pathname, search } = window.location;
      window.location.assign(`/sign-in?from=${encodeURIComponent(pathname + search)}`);
    },
  });
}

export const deviceRequestQuery = (code: string) =>
  queryOptions({
    queryKey: keys.deviceRequest(code),
    staleTime: 0,
    retry: false,
    queryFn: ({ signal }) =>
      body(api.GET("/v1/device-requests/{user_code}", { params: { path: { user_code: code } }, signal })),
  });

export function useDeviceDecision(code: string) {
  return useMutation({
    ...quiet,
    mutationFn: (decision: "approve" | "deny") => {
      const params = { path: { user_code: code } };
      return decision === "approve"
        ? api.POST("/v1/device-requests/{user_code}/approve", { params })
        : api.POST("/v1/device-requests/{user_code}/deny", { params });
    },
  });
}

export const inviteQuery = (token: string) =>
  queryOptions({
    queryKey: keys.invite(token),
    queryFn: ({ signal }) => body(api.POST("/v1/invites/look-up", { body: { token }, signal })),
  });

export function useAcceptInvite() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (token: string) => body(api.POST("/v1/invites/accept", { body: { token } })),
    onSuccess: (tenant) => {
      keepInvite(undefined);
      chooseTenant(tenant.id);
      client.clear();
    },
  });
}
