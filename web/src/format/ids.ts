/** Ids for people, where no name is known. Pure. */
const KINDS: Record<string, string> = {
  areq: "request",
  exp: "export",
  ident: "linked account",
  inst: "instance",
  inv: "invitation",
  link: "sign-in link",
  node: "node",
  op: "operation",
  pkey: "passkey",
  proc: "terminal",
  role: "role",
  sess: "session",
  src: "source of sign-in",
  ten: "tenant",
  tok: "API token",
  user: "user",
  wh: "webhook",
};

/** What it is and the end of the id, which tells one from another: `instance …4n0006`. Other text stays as it is. */
export function idWords(id: string): string {
  const [, prefix = "", rest = ""] = /^([a-z]+)_([0-9a-z]{12,})$/.exec(id) ?? [];
  const kind = KINDS[prefix];
  return kind ? `${kind} …${rest.slice(-6)}` : id;
}
