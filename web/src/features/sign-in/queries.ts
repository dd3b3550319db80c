import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

import { send } from "@/api/client";
import { keys } from "@/api/keys";
import { chooseTenant } from "@/api/tenant";
import type { Me } from "@/api/types";
import { readMe } from "../session/queries";
import { askPasskey, makePasskey, type CreationJson } from "./passkeys";
import { keepInvite, whereTo } from "./sign-in-link";
import type {
  AuthMethods,
  DeviceRequest,
  Factors,
  InviteOffer,
  PasskeyBegun,
  PasskeyProof,
  SignInAnswer,
} from "./types";

export const authMethodsQuery = () =>
  queryOptions({
    queryKey: keys.authMethods,
    queryFn: ({ signal }) => send<AuthMethods>("GET", "/v1/auth/methods", { signal }),
  });

/** Every way of signing in; each answers the same. */
export const ways = {
  link: (token: string) => send<SignInAnswer | Me>("POST", "/v1/auth/link", { body: { token } }),
  password: (body: { email: string; password: string }) =>
    send<SignInAnswer>("POST", "/v1/auth/sign-in", { body }),
  magicLink: (token: string) =>
    send<SignInAnswer>("POST", "/v1/auth/magic-link/confirm", { body: { token } }),
  directory: (source: string, user: string, password: string) =>
    send<SignInAnswer>("POST", `/v1/auth/sources/${encodeURIComponent(source)}/sign-in`, {
      body: { user, password },
    }),
  passkeyProof: (proof: PasskeyProof) =>
    send<SignInAnswer>("POST", "/v1/auth/passkey/finish", { body: proof }),
  passkey: async (): Promise<SignInAnswer> => ways.passkeyProof(await provePasskey()),
  secondFactor: (
    pending: string,
    proof: { totp: string } | { recovery_code: string } | { passkey: PasskeyProof },
  ) => send<SignInAnswer>("POST", "/v1/auth/second-factor", { body: { pending, ...proof } }),
};

/** One challenge of the server, answered by a passkey of this device. */
export async function provePasskey(
  pending?: string,
  how: { suggest?: boolean; signal?: AbortSignal } = {},
): Promise<PasskeyProof> {
  const begun = await send<PasskeyBegun>("POST", "/v1/auth/passkey/begin", {
    body: pending ? { pending } : {},
    ...(how.signal ? { signal: how.signal } : {}),
  });
  return { pending: begun.pending, credential: await askPasskey(begun.options, how) };
}

/** `PasskeyCreation` */
export interface PasskeyCreation {
  pending: string;
  options: CreationJson;
}

export async function newPasskeyProof(begun: PasskeyCreation): Promise<PasskeyProof> {
  return { pending: begun.pending, credential: await makePasskey(begun.options) };
}

/** Runs one way of signing in; remembers who came in. The caller looks at the answer for a second factor. */
export function useAdmission() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (way: () => Promise<SignInAnswer | Me>): Promise<SignInAnswer> => {
      chooseTenant(undefined);
      const answer = await way();
      const admitted: SignInAnswer = "kind" in answer ? answer : { kind: "signed_in", me: answer };
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
    mutationFn: (body: { name: string; email: string; password: string; invite?: string }) =>
      send<undefined>("POST", "/v1/auth/sign-up", { body }),
  });
}

export function useAskMagicLink() {
  return useMutation({
    ...quiet,
    mutationFn: (email: string) => send<undefined>("POST", "/v1/auth/magic-link", { body: { email } }),
  });
}

export function useAskReset() {
  return useMutation({
    ...quiet,
    mutationFn: (email: string) => send<undefined>("POST", "/v1/auth/reset", { body: { email } }),
  });
}

export function useReset() {
  return useMutation({
    ...quiet,
    mutationFn: (body: { token: string; password: string }) =>
      send<undefined>("POST", "/v1/auth/reset/confirm", { body }),
  });
}

/** `verify-email` for a new account, `confirm-email` for a changed address. */
export function useConfirmMail(what: "verify-email" | "confirm-email") {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (token: string) => send<undefined>("POST", `/v1/auth/${what}`, { body: { token } }),
    onSuccess: () => client.removeQueries({ queryKey: keys.me }),
  });
}

export const factorsQuery = () =>
  queryOptions({
    queryKey: keys.factors,
    refetchOnMount: "always",
    queryFn: ({ signal }) => send<Factors>("GET", "/v1/me/factors", { signal }),
  });

export function useStepUp() {
  return useMutation({
    ...quiet,
    mutationFn: async (proof: { password: string } | { totp: string } | "passkey") =>
      send<undefined>("POST", "/v1/auth/step-up", {
        body: proof === "passkey" ? { passkey: await provePasskey() } : proof,
      }),
  });
}

const devicePath = (code: string) => `/v1/device-requests/${encodeURIComponent(code)}`;

export const deviceRequestQuery = (code: string) =>
  queryOptions({
    queryKey: keys.deviceRequest(code),
    staleTime: 0,
    queryFn: ({ signal }) => send<DeviceRequest>("GET", devicePath(code), { signal }),
  });

export function useDeviceDecision(code: string) {
  return useMutation({
    ...quiet,
    mutationFn: (decision: "approve" | "deny") => send<undefined>("POST", `${devicePath(code)}/${decision}`),
  });
}

export const inviteQuery = (token: string) =>
  queryOptions({
    queryKey: keys.invite(token),
    queryFn: ({ signal }) => send<InviteOffer>("POST", "/v1/invites/look-up", { body: { token }, signal }),
  });

export function useAcceptInvite() {
  const client = useQueryClient();
  return useMutation({
    ...quiet,
    mutationFn: (token: string) =>
      send<{ tenant?: { id: string }; tenant_id?: string; id?: string }>("POST", "/v1/invites/accept", {
        body: { token },
      }),
    onSuccess: (answer) => {
      keepInvite(undefined);
      const tenant = answer.tenant?.id ?? answer.tenant_id ?? answer.id;
      if (tenant) chooseTenant(tenant);
      client.clear();
    },
  });
}
