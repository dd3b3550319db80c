import { describe, expect, test } from "vitest";

import { changes } from "./audit/changes";
import { NAMES, read, shown } from "./operator/limits";
import { PERMISSIONS } from "./session/permissions";
import { tidyCode } from "./sign-in/device-code";
import { fromBase64Url, toBase64Url } from "./sign-in/passkeys";
import { heldRole, mayGive, roleName, roleReference } from "./team/roles";
import { amountWords } from "./tenants/quota-words";

describe("passkeys", () => {
  test("bytes survive base64url, without padding", () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 97 + length) % 256);
      const text = toBase64Url(bytes.buffer) ?? "";
      expect(text).toMatch(/^[\w-]*$/);
      expect(new Uint8Array(fromBase64Url(text))).toEqual(bytes);
    }
    expect(toBase64Url(null)).toBeNull();
  });
});

test("the code of a device is read as people type it", () => {
  expect(["bcdf ghjk", "BCDF-GHJK", "bcdfghjkzz", "bc", ""].map(tidyCode)).toEqual([
    "BCDF-GHJK",
    "BCDF-GHJK",
    "BCDF-GHJK",
    "BC",
    "",
  ]);
});

describe("the audit log", () => {
  test("shows what differs, nested fields by their path", () => {
    expect(
      changes({ resources: { cpu: 1, disk: 5 }, name: "a" }, { resources: { cpu: 2, disk: 5 }, tags: ["x"] }),
    ).toEqual([
      { field: "resources.cpu", before: "1", after: "2" },
      { field: "tags", before: undefined, after: '["x"]' },
      { field: "name", before: "a", after: undefined },
    ]);
  });
  test("nothing differs where there is nothing", () => {
    expect(changes(undefined, undefined)).toEqual([]);
    expect(changes({ a: null }, { a: null })).toEqual([]);
    expect(changes("guest", "member")).toEqual([{ field: "value", before: "guest", after: "member" }]);
  });
});

describe("roles", () => {
  const own = { id: "role_1", name: "Deployer", built_in: false, permissions: ["instance:read"] };
  test("have names whether built in or not", () => {
    expect([roleName("owner"), roleName("role_1", [own]), roleName("role_2", [own])]).toEqual([
      "Owner",
      "Deployer",
      "role_2",
    ]);
    expect(heldRole({ role: "custom", custom_role: own })).toBe("Deployer");
    expect([roleReference({ role: "custom", custom_role: own }), roleReference({ role: "guest" })]).toEqual([
      "role_1",
      "guest",
    ]);
  });
  test("nobody gives what they do not have", () => {
    expect(mayGive(own, ["instance:read", "tenant:read"])).toBe(true);
    expect(mayGive(own, ["tenant:read"])).toBe(false);
  });
  test("each permission stands once in the matrix", () => {
    const all = PERMISSIONS.flatMap(({ items }) => items.map(([key]) => key));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("quotas", () => {
  test("read as amounts", () => {
    expect([
      amountWords("cpu_millis", 1500),
      amountWords("memory_bytes", 64 * 1024 ** 3),
      amountWords("members", 1200),
    ]).toEqual(["1.5 vCPU", "64 GiB", "1,200"]);
  });
  test("what an operator writes is read back; empty is the default, nonsense is refused", () => {
    for (const what of NAMES) {
      const limit = what === "cpu_millis" ? 2500 : what.endsWith("_bytes") ? 96 * 1024 ** 3 : 12;
      expect(read(what, shown(what, { what, used: 0, limit, set: true }))).toBe(limit);
      expect(read(what, " ")).toBeNull();
      expect(read(what, "lots")).toBeUndefined();
      expect(shown(what, { what, used: 0, limit, set: false })).toBe("");
    }
  });
});
