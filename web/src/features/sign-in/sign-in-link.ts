/** The secret part of a sign-in link: what stands behind `#`, or the text itself when somebody pastes only that. */
export function tokenFrom(text: string): string | undefined {
  const trimmed = text.trim();
  const hash = trimmed.lastIndexOf("#");
  const token = hash >= 0 ? trimmed.slice(hash + 1) : trimmed;
  return /^[\w.~+/=-]{8,512}$/.test(token) ? token : undefined;
}

/** Where to go after signing in: a path of this server only, never another's address. */
export function whereTo(from: string | undefined): string {
  if (!from || !/^\/(?![/\\])/.test(from) || /^\/sign-(in|up)/.test(from)) return "/instances";
  // Browsers drop control characters and turn backslashes, which could make another host of a path.
  const odd = Array.from(from).some((character) => character < " " || character === "\\");
  return odd ? "/instances" : from;
}

/** Takes the token out of the address, so that neither history nor a screenshot carries it. Read it once. */
export function takeToken(): string | undefined {
  const token = tokenFrom(window.location.hash);
  if (token) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return token;
}

const INVITE = "stead.invite";

/** An invitation is kept while its guest signs in or up, never in an address: servers write addresses into logs. */
export function keptInvite(): string | undefined {
  try {
    return sessionStorage.getItem(INVITE) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepInvite(token: string | undefined): void {
  try {
    if (token) sessionStorage.setItem(INVITE, token);
    else sessionStorage.removeItem(INVITE);
  } catch {
    // Storage is forbidden: the link in the mail has to be opened again after signing in.
  }
}
