import { expect, test } from "vitest";

import type { AuditEvent } from "@/api/types";
import { idWords } from "@/format/ids";
import { objectWords } from "./objects";

const event = (rest: Partial<AuditEvent>): AuditEvent => ({
  id: "aud_1",
  index: 1,
  at: "2026-01-01T00:00:00Z",
  action: "instance.stop",
  ...rest,
});
const known = (id: string) => (id === "inst_01jb9zz3kq8f7v9x2m4n000001" ? "shop" : undefined);

test("what exists is called by its name, what is gone by the one it had", () => {
  expect(objectWords(event({ object: "inst_01jb9zz3kq8f7v9x2m4n000001" }), known)).toEqual({
    name: "shop",
    words: "shop",
  });
  const gone = { object: "inst_01jb9zz3kq8f7v9x2m4n000099", detail: { before: { name: "attic" } } };
  expect(objectWords(event(gone), known).words).toBe("attic");
  expect(
    objectWords(event({ object: "ten_01jb000000000000000000acme/database-password" }), known).words,
  ).toBe("database-password");
  expect(objectWords(event({ about: { email: "ada@acme.dev" } }), known).words).toBe("ada@acme.dev");
  expect(objectWords(event({}), known)).toEqual({ words: "" });
});

test("without a name the kind and the end of the id remain", () => {
  expect(objectWords(event({ object: "tok_01jb0000000000000000000abc" }), known)).toEqual({
    words: "API token …000abc",
  });
  expect(idWords("user_01ha0000000000000000erased")).toBe("user …erased");
  expect(idWords("Stead itself")).toBe("Stead itself");
  expect(idWords("other_thing")).toBe("other_thing");
});
