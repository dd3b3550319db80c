/** Why somebody who came back from another source stays out, by the code in the address. Pure. */
const WORDS: Record<string, readonly [title: string, detail: string]> = {
  source_state_invalid: [
    "This sign-in was not begun in this browser, was used before, or took too long.",
    "Begin again.",
  ],
  source_denied: ["The other side did not let you in.", "Try again, or choose another way in."],
  source_email_unverified: [
    "Your e-mail address is not confirmed there.",
    "Confirm it there and come back, or sign in in another way.",
  ],
  source_domain_not_allowed: [
    "This way in is for other addresses than yours.",
    "Use the account of your organization.",
  ],
  source_not_linked: [
    "There is an account with your address already, and it is not linked.",
    "Sign in as you did before, then link it in your account's security settings.",
  ],
  source_linked_elsewhere: [
    "That account belongs to another account here.",
    "Sign in with it and unlink it there first.",
  ],
  sign_up_closed: ["Nobody can sign up here.", "Ask whoever runs this server for an account."],
  sign_up_invited_only: [
    "Only people who were invited can sign up here.",
    "Follow the link of your invitation, or ask for one.",
  ],
  quota_exceeded: ["The tenant has no room for another member.", "Ask whoever runs it."],
  rate_limited: ["There were too many attempts in a short time.", "Wait a few minutes."],
};

export function problemWords(code: string): readonly [title: string, detail: string] {
  return (
    WORDS[code] ?? [
      "Signing in there did not work.",
      `Try again, or choose another way in. Whoever runs this server finds more in its log (${code}).`,
    ]
  );
}

/** What a second factor completes, handed over in the fragment, which no server sees. */
export function pendingFrom(hash: string): { pending: string; methods: string[] } | undefined {
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  const pending = found.get("pending");
  const methods = (found.get("methods") ?? "").split(",").filter((method) => method !== "");
  return pending && methods.length > 0 ? { pending, methods } : undefined;
}

/** Taken once: it is removed from the address and the history at the same time. */
export function takePending(): { pending: string; methods: string[] } | undefined {
  const found = pendingFrom(window.location.hash);
  if (found) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return found;
}
