/** What an audit event happened to, in words: the log keeps ids. Pure. */
import type { AuditEvent } from "@/api/types";
import { idWords } from "@/format/ids";

/** A name that the event itself tells: of a new thing, of one that is gone, or of an account. */
function told(event: AuditEvent): string | undefined {
  const detail = fields(event.detail);
  for (const place of [detail, fields(detail["after"]), fields(detail["before"]), fields(event.about)])
    for (const key of ["name", "email"]) if (typeof place[key] === "string") return place[key];
  return undefined;
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** `known` has the names of what still exists; only `name` is certain to be one. */
export function objectWords(
  event: AuditEvent,
  known: (id: string) => string | undefined,
): { name?: string; words: string } {
  const { object } = event;
  if (!object) {
    const name = told(event);
    return name ? { name, words: name } : { words: "" };
  }
  const [id = "", ...rest] = object.split("/");
  // Such as a secret, which is known by its holder and its name.
  const inner = rest.join("/");
  const name = inner || (known(id) ?? told(event));
  return name ? { name, words: name } : { words: idWords(object) };
}
