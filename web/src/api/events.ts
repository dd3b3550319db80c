/** The change feed: one connection per page, which keeps the query cache true. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { accessMayHaveChanged } from "./access";
import { retryDelay } from "./backoff";
import { keys } from "./keys";
import {
  appendUsage,
  hasEnded,
  isNewer,
  patchById,
  removeById,
  upsertInstance,
  upsertOperation,
  withOperation,
  type Pages,
} from "./reducer";
import { SseParser } from "./sse";
import { currentTenantId } from "./tenant";
import type { ChangeEvent, Instance, Operation, Usage } from "./types";

export type FeedState = "connecting" | "live" | "lost";

/** Without a word from the server for this long the line is taken for dead. Servers send a comment at least every 15 s. */
const SILENCE = 45_000;

/** Queries whose answer was on its way when a change of what they ask for came. */
const overtaken = new WeakMap<QueryClient, Set<string>>();

/** The answer that is on its way may have been read before the change: once it is here, it is asked for again. */
function readAgain(client: QueryClient, ...families: string[]): void {
  const hashes = families.flatMap((family) =>
    client
      .getQueryCache()
      .findAll({ queryKey: [family], fetchStatus: "fetching" })
      .map((query) => query.queryHash),
  );
  if (hashes.length === 0) return;
  const known = overtaken.get(client);
  if (known) {
    for (const hash of hashes) known.add(hash);
    return;
  }
  const waiting = new Set(hashes);
  overtaken.set(client, waiting);
  client.getQueryCache().subscribe((change) => {
    // What an event writes itself is no answer.
    if (change.type !== "updated" || change.action.type !== "success" || change.action.manual) return;
    if (!waiting.delete(change.query.queryHash)) return;
    const queryKey = change.query.queryKey as QueryKey;
    void client.invalidateQueries({ queryKey, exact: true });
  });
}

export function applyEvent(client: QueryClient, event: ChangeEvent): void {
  if (event.type === "instance") readAgain(client, "instances");
  if (event.type === "operation") readAgain(client, "operations", "instances");
  switch (event.type) {
    case "instance":
      storeInstance(client, event.instance);
      return;
    case "instance_deleted":
      client.setQueriesData<Pages<Instance>>(
        { queryKey: ["instances", "list"] },
        (list) => list && removeById(list, event.instance_id),
      );
      for (const [key, held] of client.getQueriesData<Instance>({ queryKey: ["instances", "one"] })) {
        if (held?.id === event.instance_id)
          client.setQueryData<Instance>(key, { ...held, state: { ...held.state, phase: "deleting" } });
      }
      // Lists too: one that is on its way may have been read before the deletion, and would bring the row back for good.
      void client.invalidateQueries({ queryKey: keys.instances });
      return;
    case "operation":
      storeOperation(client, event.operation);
      return;
    case "usage": {
      const { instance_id: id, usage } = event;
      client.setQueryData<Usage[]>(keys.usageHistory(id), (history) => appendUsage(history ?? [], usage));
      patchInstance(client, id, (instance) => ({ ...instance, usage }));
      return;
    }
    case "notifications":
      void client.invalidateQueries({ queryKey: keys.notifications });
      return;
    case "reset":
      void client.invalidateQueries();
  }
}

export function storeInstance(client: QueryClient, instance: Instance): void {
  for (const [key, list] of client.getQueriesData<Pages<Instance>>({ queryKey: ["instances", "list"] })) {
    if (list)
      client.setQueryData(key, upsertInstance(list, instance, typeof key[2] === "string" ? key[2] : ""));
  }
  for (const [key, held] of client.getQueriesData<Instance>({ queryKey: ["instances", "one"] })) {
    if (held?.id === instance.id && isNewer(held, instance)) client.setQueryData(key, instance);
  }
}

function patchInstance(client: QueryClient, id: string, patch: (instance: Instance) => Instance): void {
  client.setQueriesData<Pages<Instance>>(
    { queryKey: ["instances", "list"] },
    (list) => list && patchById(list, id, patch),
  );
  client.setQueriesData<Instance>({ queryKey: ["instances", "one"] }, (held) =>
    held?.id === id ? patch(held) : held,
  );
}

export function storeOperation(client: QueryClient, operation: Operation): void {
  for (const [key, list] of client.getQueriesData<Pages<Operation>>({ queryKey: ["operations", "list"] })) {
    if (!list) continue;
    const filter = (key[2] ?? {}) as { instanceId?: string; unfinished?: boolean };
    const wanted =
      (!filter.instanceId || filter.instanceId === operation.instance_id) &&
      (!filter.unfinished || !hasEnded(operation));
    client.setQueryData(key, upsertOperation(list, operation, wanted));
  }
  client.setQueryData<Operation>(keys.operation(operation.id), (held) => (held ? operation : held));
  // The log has no events of its own; it is read again when the operation it belongs to has moved, while it is on screen.
  void client.invalidateQueries({ queryKey: keys.operationLog(operation.id) });
  const instanceId = operation.instance_id;
  if (instanceId) patchInstance(client, instanceId, (instance) => withOperation(instance, operation));
}

/** Connects, reconnects with `Last-Event-ID`, reports its state. Returns how to end it. */
export function followChanges(client: QueryClient, onState: (state: FeedState) => void): () => void {
  const ended = new AbortController();
  const isEnded = () => ended.signal.aborted;
  let lastEventId: string | undefined;
  let attempt = 0;
  let connectedBefore = false;

  async function connect(): Promise<void> {
    const line = new AbortController();
    const stop = () => line.abort();
    ended.signal.addEventListener("abort", stop);
    let watchdog = setTimeout(stop, SILENCE);
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      const tenant = currentTenantId();
      if (tenant) headers["Stead-Tenant"] = tenant;
      if (lastEventId) headers["Last-Event-ID"] = lastEventId;
      const response = await fetch("/v1/events", {
        headers,
        signal: line.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (response.status === 401) {
        void client.invalidateQueries({ queryKey: keys.me });
        return;
      }
      if (response.status === 403 || response.status === 404) accessMayHaveChanged();
      if (!response.ok || !response.body) return;
      attempt = 0;
      onState("live");
      // Changes of the time in between are only resumed when the server gave us an id to resume from.
      if (connectedBefore && !lastEventId) applyEvent(client, { type: "reset" });
      connectedBefore = true;
      const parser = new SseParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(stop, SILENCE);
        for (const message of parser.push(value)) {
          if (message.id) lastEventId = message.id;
          const event = parse(message.data);
          if (event) applyEvent(client, event);
        }
      }
    } catch {
      // A lost line; the loop below tries again and the state says so.
    } finally {
      clearTimeout(watchdog);
      ended.signal.removeEventListener("abort", stop);
    }
  }

  async function loop(): Promise<void> {
    onState("connecting");
    while (!isEnded()) {
      await connect();
      if (isEnded()) return;
      onState("lost");
      await pause(retryDelay(attempt++), ended.signal);
    }
  }
  void loop();
  return () => ended.abort();
}

function parse(data: string): ChangeEvent | undefined {
  try {
    return JSON.parse(data) as ChangeEvent;
  } catch {
    return undefined;
  }
}

/** Ends early when the browser comes back online or the signal fires. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
