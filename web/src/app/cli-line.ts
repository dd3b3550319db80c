/** The command that belongs to the page on screen. */
import { useSyncExternalStore } from "react";

let line = "stead list";
const listeners = new Set<() => void>();

export function setCliLine(next: string): void {
  line = next;
  for (const listener of listeners) listener();
}

export function useCliLine(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => line,
  );
}
