import { describe, expect, test } from "vitest";

import {
  appendUsage,
  HISTORY_LENGTH,
  isNewer,
  matches,
  removeById,
  upsertInstance,
  upsertOperation,
  withOperation,
  type Pages,
} from "./reducer";
import type { Instance, Operation, Usage } from "./types";

const instance = (id: string, rest: Partial<Instance> = {}): Instance => ({
  id,
  tenant_id: "ten_1",
  name: id,
  state: { phase: "running", reason: "", since: "2026-01-01T00:00:00Z" },
  version: 1,
  driver: "oci",
  image: "host",
  resources: { cpu_millis: 1, memory_bytes: 1, disk_bytes: 1, pids: 1 },
  env: {},
  tasks: [],
  ports: [],
  created_by: "user_1",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  ...rest,
});
const operation = (id: string, rest: Partial<Operation> = {}): Operation => ({
  id,
  tenant_id: "ten_1",
  kind: "instance.start",
  instance_id: "a",
  state: "running",
  steps: [],
  cancellable: true,
  retryable: false,
  created_by: "user_1",
  created_at: "2026-01-01T00:00:00Z",
  deadline: "2026-01-01T01:00:00Z",
  ...rest,
});
const pages = <T>(...items: T[][]): Pages<T> => ({
  pages: items.map((page) => ({ items: page })),
  pageParams: [],
});
const usage = (measured_at: string): Usage => ({
  measured_at,
  cpu_millis: 1,
  memory_bytes: 1,
  disk_bytes: 1,
  processes: 1,
  received_bytes: 0,
  sent_bytes: 0,
});

describe("instances", () => {
  test("a change replaces the row where it stands", () => {
    const list = pages([instance("a")], [instance("b"), instance("c")]);
    const next = upsertInstance(list, instance("b", { version: 2, name: "renamed" }), "");
    expect(next.pages[1]?.items.map((item) => item.name)).toEqual(["renamed", "c"]);
    expect(next.pages[0], "pages without the row keep their identity").toBe(list.pages[0]);
  });
  test("a new one comes first, unless the filter excludes it", () => {
    const list = pages([instance("a")]);
    expect(upsertInstance(list, instance("shop"), "").pages[0]?.items.map((item) => item.id)).toEqual([
      "shop",
      "a",
    ]);
    expect(upsertInstance(list, instance("shop"), "blog")).toBe(list);
  });
  test("an older answer does not undo a newer event", () => {
    const newer = instance("a", { version: 1, updated_at: "2026-01-01T00:00:09Z", name: "new" });
    const list = pages([newer]);
    expect(upsertInstance(list, instance("a", { name: "old" }), "").pages[0]?.items[0]?.name).toBe("new");
    expect(isNewer(newer, instance("a", { version: 2 }))).toBe(true);
    expect(isNewer(instance("a", { version: 2 }), newer)).toBe(false);
  });
  test("the filter looks at names and repositories", () => {
    const shop = instance("shop", { source: { url: "https://github.com/Acme/Storefront.git" } });
    expect([
      matches(shop, "SHO"),
      matches(shop, "acme/store"),
      matches(shop, " "),
      matches(shop, "blog"),
    ]).toEqual([true, true, true, false]);
  });
  test("a deleted one leaves", () => {
    expect(
      removeById(pages([instance("a"), instance("b")]), "a").pages[0]?.items.map((item) => item.id),
    ).toEqual(["b"]);
  });
});

describe("operations", () => {
  test("progress shows on the instance until the operation has ended", () => {
    const running = operation("op_1");
    const busy = withOperation(instance("a"), running);
    expect(busy.operation).toBe(running);
    expect(withOperation(busy, operation("op_1", { state: "succeeded" })).operation).toBeNull();
  });
  test("the end of an older operation leaves the present one alone", () => {
    const busy = withOperation(instance("a"), operation("op_2"));
    expect(withOperation(busy, operation("op_1", { state: "failed" })).operation?.id).toBe("op_2");
  });
  test("other instances are not touched", () => {
    const other = instance("b");
    expect(withOperation(other, operation("op_1"))).toBe(other);
  });
  test("lists take new ones only when they belong", () => {
    const list = pages([operation("op_1")]);
    expect(upsertOperation(list, operation("op_2"), false)).toBe(list);
    expect(upsertOperation(list, operation("op_2"), true).pages[0]?.items).toHaveLength(2);
    expect(
      upsertOperation(list, operation("op_1", { state: "failed" }), false).pages[0]?.items[0]?.state,
    ).toBe("failed");
  });
});

test("the history of measurements is bounded and free of repeats", () => {
  let history: Usage[] = [];
  for (let at = 0; at < HISTORY_LENGTH + 20; at += 1) {
    history = appendUsage(history, usage(`t${at}`));
    history = appendUsage(history, usage(`t${at}`));
  }
  expect(history).toHaveLength(HISTORY_LENGTH);
  expect(history[history.length - 1]?.measured_at).toBe(`t${HISTORY_LENGTH + 19}`);
});
