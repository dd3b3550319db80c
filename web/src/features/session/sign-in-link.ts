/** The secret part of a sign-in link: what stands behind `#`, or the text itself when somebody pastes only that. */
export function tokenFrom(text: string): string | undefined {
  const trimmed = text.trim();
  const hash = trimmed.lastIndexOf("#");
  const token = hash >= 0 ? trimmed.slice(hash + 1) : trimmed;
  return /^[\w.~+/=-]{8,512}$/.test(token) ? token : undefined;
}

/** Where to go after signing in: a path of this server only, never another's address. */
export function whereTo(from: string | undefined): string {
  if (!from || !/^\/(?![/\\])/.test(from) || from.startsWith("/sign-in")) return "/instances";
  // Browsers drop control characters and turn backslashes, which could make another host of a path.
  const odd = Array.from(from).some((character) => character < " " || character === "\\");
  return odd ? "/instances" : from;
}
