import { Link, Outlet, useLocation, type LinkProps } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";

export interface SectionTab {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  /** The first tab stands for the section itself. */
  exact?: boolean;
}

/** A heading with tabs, each a page of its own address. */
export function Section({
  title,
  detail,
  tabs,
}: {
  title: ReactNode;
  detail?: ReactNode;
  tabs: readonly SectionTab[];
}) {
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a phone the tabs do not all fit.
  useEffect(() => {
    nav.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <div className="flex flex-col">
      <div className="border-b bg-surface px-6 pt-4 max-md:px-4">
        <h1 className="text-xl font-semibold">{title}</h1>
        {detail ? <p className="mt-0.5 text-muted">{detail}</p> : null}
        <nav ref={nav} aria-label="Parts of the page" className="mt-2 -mb-px flex gap-5 overflow-x-auto">
          {tabs.map((tab) => (
            <Link
              key={tab.to}
              to={tab.to}
              activeOptions={{ exact: tab.exact ?? false, includeSearch: false }}
              className="flex h-10 items-center border-b-2 border-transparent whitespace-nowrap text-muted transition-colors hover:text-ink aria-[current=page]:border-accent-ink aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {tab.label}
            </Link>
          ))}
        </nav>
      </div>
      <Outlet />
    </div>
  );
}
