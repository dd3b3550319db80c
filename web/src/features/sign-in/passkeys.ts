/** Passkeys as the browser offers them. The server's JSON carries bytes as base64url; browsers want buffers. */

type Bytes = ArrayBuffer;

export function fromBase64Url(text: string): Bytes {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}

export function toBase64Url(bytes: ArrayBuffer | null): string | null {
  if (!bytes) return null;
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function passkeysWork(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === "function";
}

/** Whether the browser lists passkeys in the e-mail field's suggestions. */
export async function suggestionsWork(): Promise<boolean> {
  if (!passkeysWork() || typeof PublicKeyCredential.isConditionalMediationAvailable !== "function")
    return false;
  return PublicKeyCredential.isConditionalMediationAvailable();
}

/** WebAuthn's JSON of options, bare or under `publicKey`. */
type OptionsJson<T> = T | { publicKey: T };
export type CreationJson = OptionsJson<PublicKeyCredentialCreationOptionsJSON>;
export type RequestJson = OptionsJson<PublicKeyCredentialRequestOptionsJSON>;

function bare<T extends object>(options: OptionsJson<T>): T {
  return "publicKey" in options ? options.publicKey : options;
}

const ids = (list: PublicKeyCredentialDescriptorJSON[] | undefined) =>
  (list ?? []).map((item) => ({ ...item, id: fromBase64Url(item.id) })) as PublicKeyCredentialDescriptor[];

/** Makes a passkey on this device. Answers what the server wants to see of it. */
export async function makePasskey(given: CreationJson): Promise<unknown> {
  const options = bare(given);
  const credential = (await navigator.credentials.create({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialCreationOptions),
      challenge: fromBase64Url(options.challenge),
      user: { ...options.user, id: fromBase64Url(options.user.id) },
      excludeCredentials: ids(options.excludeCredentials),
    },
  })) as PublicKeyCredential | null;
  if (!credential) throw new Error("The browser made no passkey.");
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...outline(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

export async function askPasskey(
  given: RequestJson,
  { suggest, signal }: { suggest?: boolean; signal?: AbortSignal } = {},
): Promise<unknown> {
  const options = bare(given);
  const credential = (await navigator.credentials.get({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialRequestOptions),
      challenge: fromBase64Url(options.challenge),
      allowCredentials: ids(options.allowCredentials),
    },
    ...(suggest ? { mediation: "conditional" as const } : {}),
    ...(signal ? { signal } : {}),
  })) as PublicKeyCredential | null;
  if (!credential) throw new Error("The browser offered no passkey.");
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...outline(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      userHandle: toBase64Url(response.userHandle),
    },
  };
}

function outline(credential: PublicKeyCredential) {
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** Browsers throw the same error whether somebody closed the window or no passkey fits; say both. */
export function passkeyWords(error: unknown): string | undefined {
  if (!(error instanceof DOMException)) return undefined;
  if (error.name === "AbortError") return undefined;
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (error.name === "SecurityError")
    return "Passkeys belong to an address: open the dashboard by its own host name, over https or on localhost.";
  return "No passkey was used: the window was closed, or this device has none for this address.";
}
