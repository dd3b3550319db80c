/** Short notices in the corner. They lead somewhere (an operation's page) and are read out politely. */
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore, type ReactNode } from "react";

import { Button } from "./button";
import { Words } from "./words";

export interface Toast {
  id: number;
  tone: "info" | "bad";
  title: string;
  detail?: string;
  action?: ReactNode;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(value: readonly Toast[]): void {
  toasts = value;
  for (const listener of listeners) listener();
}

export function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function toast(content: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] }): void {
  const id = next++;
  const added: Toast = { tone: "info", ...content, id };
  set([...toasts, added].slice(-4));
  // Bad news stays until it is dismissed: it may carry the request id somebody needs.
  if (content.tone !== "bad") setTimeout(() => dismiss(id), 6000);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="region"
      aria-label="Notices"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-10 z-60 flex w-[calc(100vw-2rem)] max-w-sm flex-col gap-2 max-md:bottom-18"
    >
      {shown.map((item) => (
        <div
          key={item.id}
          role={item.tone === "bad" ? "alert" : undefined}
          className="pointer-events-auto flex items-start gap-2.5 rounded-lg border bg-surface p-3 shadow-lift animate-appear"
        >
          {item.tone === "bad" ? (
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad-mark" />
          ) : (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
          )}
          <div className="min-w-0 flex-1">
            <p className="font-medium">
              <Words text={item.title} />
            </p>
            {item.detail ? (
              <p className="text-sm break-words text-muted">
                <Words text={item.detail} />
              </p>
            ) : null}
            {item.action ? <div className="mt-1 text-sm">{item.action}</div> : null}
          </div>
          <Button
            kind="quiet"
            size="small"
            square
            aria-label="Dismiss"
            onClick={() => dismiss(item.id)}
            className="-mt-1 -mr-1"
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
    </div>
  );
}
