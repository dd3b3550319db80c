/** Shapes of one's own account, until the generated description has them. Named after `crates/api/src/v1/` (identity, accounts, factors). */
import type { Session as PlainSession, ApiToken } from "@/api/types";

/** `Session` with what RFC 3 adds. */
export interface Session extends PlainSession {
  kind: "browser" | "program";
  /** `Firefox on Linux`; what a program calls itself. */
  device: string;
  /** What the address says about itself: `this machine`, `private network`, `internet` or `unknown`. */
  network: string;
  factors: string[];
}

/** `Passkey` */
export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at?: string | null;
}

/** `CreatedPasskey`: with recovery codes when there were none. */
export interface CreatedPasskey extends Passkey {
  recovery_codes?: string[] | null;
}

/** `TotpSetup` */
export interface TotpSetup {
  secret: string;
  uri: string;
  qr_svg: string;
}

/** `RecoveryCodes` */
export interface RecoveryCodes {
  recovery_codes: string[];
}

/** `LinkedIdentity` */
export interface LinkedIdentity {
  id: string;
  source_id: string;
  source_name: string;
  kind: string;
  email?: string | null;
  created_at: string;
  last_used_at?: string | null;
}

/** `CreateApiToken` with a date besides the days. */
export interface NewToken {
  name: string;
  scopes: string[];
  expires_in_days?: number;
  expires_at?: string;
}

export type { ApiToken };

/** Older servers do not say; then nobody is bothered. */
export function isVerified(user: { email?: string | null; email_verified?: boolean }): boolean {
  return user.email_verified ?? true;
}
