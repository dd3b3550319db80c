/** What an audit event changed, field by field. Pure. */
export interface Change {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

function write(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function flatten(value: unknown, path: string, into: Map<string, unknown>): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${key}` : key, into);
  } else if (value !== undefined && value !== null) {
    into.set(path || "value", value);
  }
}

/** Only what differs, in the order of the newer side. */
export function changes(before: unknown, after: unknown): Change[] {
  const old = new Map<string, unknown>();
  const fresh = new Map<string, unknown>();
  flatten(before, "", old);
  flatten(after, "", fresh);
  return [...new Set([...fresh.keys(), ...old.keys()])]
    .map((field) => ({ field, before: write(old.get(field)), after: write(fresh.get(field)) }))
    .filter((change) => change.before !== change.after);
}
