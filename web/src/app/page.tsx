import { ChevronRight } from "lucide-react";
import { useEffect, type ReactNode } from "react";

import { CliLine } from "@/ui/copy";
import { cx } from "@/ui/cx";
import { setCliLine } from "./cli-line";

export interface PageProps {
  /** In the browser's tab. */
  title: string;
  heading?: ReactNode;
  /** A link to the list that the page belongs to. */
  trail?: ReactNode;
  detail?: ReactNode;
  actions?: ReactNode;
  /** The command that shows or does the same, where there is one. */
  cli?: string;
  narrow?: boolean;
  /** The heading is for screen readers only: what stands above the page names it already. */
  quietHeading?: boolean;
  children: ReactNode;
}

/** Sets the tab's title and the command in the status bar. */
export function usePage(title: string, cli = ""): void {
  useEffect(() => {
    document.title = `${title} · Stead`;
    setCliLine(cli);
  }, [title, cli]);
}

export function Page({
  title,
  heading,
  trail,
  detail,
  actions,
  cli,
  narrow,
  quietHeading,
  children,
}: PageProps) {
  usePage(title, cli);
  return (
    <div className={cx("w-full px-6 py-5 max-md:px-4 max-md:py-4", narrow ? "max-w-4xl" : "max-w-[96rem]")}>
      {trail ? (
        <nav aria-label="Breadcrumb" className="mb-1 flex items-center gap-1 text-sm text-muted">
          {trail}
          <ChevronRight aria-hidden className="size-3.5 text-faint" />
          <span aria-current="page">{title}</span>
        </nav>
      ) : null}
      {quietHeading ? (
        <h2 className="sr-only">{heading ?? title}</h2>
      ) : (
        <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="min-w-0 flex-1">
            <h1 className="text-xl font-semibold">{heading ?? title}</h1>
            {detail ? <div className="mt-0.5 text-muted">{detail}</div> : null}
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
        </div>
      )}
      {children}
      {cli ? (
        <div className="mt-6 md:hidden">
          <CliLine command={cli} className="-ml-1.5 h-8" />
        </div>
      ) : null}
    </div>
  );
}
