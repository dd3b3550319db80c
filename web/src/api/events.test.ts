import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";

vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
const { applyEvent } = await import("./events");
const { keys } = await import("./keys");
const { instance } = await import("../mock/data");

test("an event reaches the list, the page of the instance under both its names, and the chart", () => {
  const client = new QueryClient();
  const shop = instance({ name: "shop" });
  client.setQueryData(keys.instanceList(""), { pages: [{ items: [shop] }], pageParams: [""] });
  client.setQueryData(keys.instance("shop"), shop);
  client.setQueryData(keys.instance(shop.id), shop);
  const stopped = {
    ...shop,
    state: { phase: "stopped" as const, reason: "Stopped by Ada.", since: shop.updated_at },
  };
  applyEvent(client, { type: "instance", instance: stopped });
  expect(client.getQueryData(keys.instanceList(""))).toMatchObject({
    pages: [{ items: [{ state: { phase: "stopped" } }] }],
  });
  expect(client.getQueryData(keys.instance("shop"))).toEqual(stopped);
  expect(client.getQueryData(keys.instance(shop.id))).toEqual(stopped);

  const usage = {
    measured_at: "2026-01-01T00:00:00Z",
    cpu_millis: 5,
    memory_bytes: 6,
    disk_bytes: 7,
    processes: 8,
    received_bytes: 9,
    sent_bytes: 10,
  };
  applyEvent(client, { type: "usage", instance_id: shop.id, usage });
  expect(client.getQueryData(keys.usageHistory(shop.id))).toEqual([usage]);
  expect(client.getQueryData(keys.instance("shop"))).toMatchObject({ usage: { cpu_millis: 5 } });

  applyEvent(client, { type: "instance_deleted", instance_id: shop.id });
  expect(client.getQueryData(keys.instanceList(""))).toMatchObject({ pages: [{ items: [] }] });
});

test("a reset marks everything as out of date", () => {
  const client = new QueryClient();
  client.setQueryData(keys.nodes, { items: [] });
  applyEvent(client, { type: "reset" });
  expect(client.getQueryState(keys.nodes)?.isInvalidated).toBe(true);
});

test("a change that overtakes the first answer is not lost", async () => {
  const client = new QueryClient();
  const running = instance({ name: "shop" });
  const starting = {
    ...running,
    state: { phase: "starting" as const, reason: "Ada starts it.", since: running.updated_at },
  };
  const answers = [starting, running];
  const asked: (() => void)[] = [];
  const queryFn = () =>
    new Promise<typeof running>((resolve) => {
      const answer = answers[asked.length] ?? running;
      asked.push(() => resolve(answer));
    });
  const observer = new QueryObserver(client, { queryKey: keys.instance("shop"), queryFn });
  const leave = observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  // Read before the change, here after it.
  applyEvent(client, { type: "instance", instance: running });
  applyEvent(client, { type: "instance", instance: running });
  asked[0]?.();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.();
  await vi.waitFor(() => expect(client.getQueryData(keys.instance("shop"))).toEqual(running));
  // Once is enough, and only when something was on its way.
  applyEvent(client, { type: "instance", instance: running });
  await Promise.resolve();
  expect(asked).toHaveLength(2);
  leave();
});
