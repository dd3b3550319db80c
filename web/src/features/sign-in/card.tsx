import { useEffect, type ReactNode } from "react";

import { Logo } from "@/ui/logo";

/** The frame of every page that stands outside of the dashboard: one card, one thing to do. */
export function Card({
  title,
  detail,
  children,
  foot,
}: {
  title: string;
  detail?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Stead`;
  }, [title]);
  return (
    <main className="flex min-h-full items-center justify-center p-4 max-sm:items-start max-sm:pt-10">
      <div className="w-full max-w-sm">
        <Logo className="mb-6" />
        <div className="rounded-lg border bg-surface p-5">
          <h1 className="text-lg font-semibold">{title}</h1>
          {detail ? <div className="mt-1 text-muted">{detail}</div> : null}
          <div className="mt-4 flex flex-col gap-4">{children}</div>
        </div>
        {foot ? <div className="mt-4 text-center text-muted">{foot}</div> : null}
      </div>
    </main>
  );
}

/** “or” between two ways of doing the same. */
export function Or() {
  return (
    <div aria-hidden className="flex items-center gap-3 text-sm text-faint">
      <span className="h-px flex-1 bg-line" />
      or
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}
