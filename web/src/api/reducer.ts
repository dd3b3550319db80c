/** What an event changes in what we hold. Pure; `events.ts` applies it to the query cache. */
import type { Instance, Operation, Page, Usage } from "./types";

export interface Pages<T> {
  pages: Page<T>[];
  pageParams: unknown[];
}

/** How many measurements a thin chart remembers. */
export const HISTORY_LENGTH = 60;

/** True when `next` is not older than `held`: events may overtake the answer of a request. */
export function isNewer(held: Instance, next: Instance): boolean {
  if (next.version !== held.version) return next.version > held.version;
  return Date.parse(next.updated_at) >= Date.parse(held.updated_at);
}

/** Puts the instance where it stands, or first when it is new and belongs into this list. */
export function upsertInstance(list: Pages<Instance>, instance: Instance, q: string): Pages<Instance> {
  const found = list.pages.some((page) => page.items.some((item) => item.id === instance.id));
  const pages = list.pages.map((page) => {
    if (!page.items.some((item) => item.id === instance.id)) return page;
    return {
      ...page,
      items: page.items.map((item) => (item.id === instance.id && isNewer(item, instance) ? instance : item)),
    };
  });
  if (found) return { ...list, pages };
  const [first, ...rest] = pages;
  if (!first || !matches(instance, q)) return list;
  return { ...list, pages: [{ ...first, items: [instance, ...first.items] }, ...rest] };
}

export function removeById<T extends { id: string }>(list: Pages<T>, id: string): Pages<T> {
  return {
    ...list,
    pages: list.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
  };
}

export function patchById<T extends { id: string }>(
  list: Pages<T>,
  id: string,
  patch: (item: T) => T,
): Pages<T> {
  return {
    ...list,
    pages: list.pages.map((page) =>
      page.items.some((item) => item.id === id)
        ? { ...page, items: page.items.map((item) => (item.id === id ? patch(item) : item)) }
        : page,
    ),
  };
}

/** The same words that the server searches: name and address of the repository. */
export function matches(instance: Instance, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  if (!wanted) return true;
  return (
    instance.name.toLowerCase().includes(wanted) ||
    (instance.source?.url ?? "").toLowerCase().includes(wanted)
  );
}

const ended = new Set(["succeeded", "failed", "cancelled"]);
export function hasEnded(operation: Operation): boolean {
  return ended.has(operation.state);
}

/** An operation event also moves the progress shown on its instance. */
export function withOperation(instance: Instance, operation: Operation): Instance {
  if (operation.instance_id !== instance.id) return instance;
  if (!hasEnded(operation)) return { ...instance, operation };
  return instance.operation?.id === operation.id ? { ...instance, operation: null } : instance;
}

export function upsertOperation(
  list: Pages<Operation>,
  operation: Operation,
  wanted: boolean,
): Pages<Operation> {
  if (list.pages.some((page) => page.items.some((item) => item.id === operation.id))) {
    return patchById(list, operation.id, () => operation);
  }
  const [first, ...rest] = list.pages;
  if (!first || !wanted) return list;
  return { ...list, pages: [{ ...first, items: [operation, ...first.items] }, ...rest] };
}

export function appendUsage(history: readonly Usage[], usage: Usage): Usage[] {
  const last = history[history.length - 1];
  if (last?.measured_at === usage.measured_at) return [...history];
  return [...history, usage].slice(-HISTORY_LENGTH);
}
