/** Shapes of signing in, until the generated description has them. Named after `crates/api/src/v1/` (identity, accounts, factors). */
import type { Me } from "@/api/types";
import type { RequestJson } from "./passkeys";

/** `AuthMethods` */
export interface AuthMethods {
  sign_up: "open" | "invited" | "closed";
  password: boolean;
  magic_link: boolean;
  passkeys: boolean;
  sources: AuthSource[];
}

/** `AuthSource` */
export interface AuthSource {
  id: string;
  name: string;
  kind: string;
  begin_url: string;
}

export type FactorMethod = "totp" | "recovery_code" | "passkey";

/** `SignInAnswer` */
export type SignInAnswer =
  { kind: "signed_in"; me: Me } | { kind: "second_factor"; pending: string; methods: FactorMethod[] };

/** `PasskeyBegun` */
export interface PasskeyBegun {
  pending: string;
  options: RequestJson;
}

export interface PasskeyProof {
  pending: string;
  credential: unknown;
}

/** `DeviceRequest` */
export interface DeviceRequest {
  user_code: string;
  client_name: string;
  ip?: string | null;
  /** What the address says about itself: `this machine`, `private network`, `internet` or `unknown`. */
  network: string;
  expires_at: string;
}

/** `InviteOffer` */
export interface InviteOffer {
  /** Name of the tenant. */
  tenant: string;
  role: string;
  email?: string | null;
  invited_by: string;
  expires_at: string;
}

/** `Factors` */
export interface Factors {
  password: boolean;
  totp: boolean;
  recovery_codes_left: number;
  passkeys: number;
}
