import type { ReactNode } from "react";

/** The part of a page where something goes for good. */
export function Danger({
  title,
  detail,
  children,
}: {
  title: string;
  detail: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="rounded-lg border border-bad-mark/40 bg-surface p-4">
      <h2 className="font-semibold">{title}</h2>
      <p className="mt-1 mb-3 max-w-prose text-muted">{detail}</p>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </section>
  );
}
