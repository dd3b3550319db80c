import type { ComponentProps, ReactNode } from "react";

import { cx } from "./cx";

export interface TableProps {
  label: string;
  head: readonly ReactNode[];
  /** Classes for a column's head, by its index. */
  columns?: Readonly<Record<number, string>>;
  children: ReactNode;
}

/** A table on wide screens, cards on a phone: there each cell carries its column's name in `label`. */
export function Table({ label, head, columns, children }: TableProps) {
  return (
    <table aria-label={label} className="w-full border-collapse max-md:block">
      <thead className="max-md:sr-only">
        <tr className="border-b text-left text-sm text-muted">
          {head.map((cell, index) => (
            <th
              key={index}
              scope="col"
              className={cx("h-9 px-3 font-medium whitespace-nowrap first:pl-4 last:pr-4", columns?.[index])}
            >
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y max-md:block">{children}</tbody>
    </table>
  );
}

export function Row({ className, ...rest }: ComponentProps<"tr">) {
  return (
    <tr
      {...rest}
      className={cx(
        "transition-colors max-md:flex max-md:flex-wrap max-md:items-center max-md:gap-x-3 max-md:gap-y-1.5 max-md:px-4 max-md:py-3",
        className,
      )}
    />
  );
}

export function Cell({
  label,
  className,
  children,
  wide,
  ...rest
}: ComponentProps<"td"> & { label?: string; wide?: boolean }) {
  return (
    <td
      {...rest}
      className={cx(
        "px-3 py-2 align-middle first:pl-4 last:pr-4 max-md:p-0!",
        wide && "max-md:w-full",
        className,
      )}
    >
      {label ? <span className="mr-1.5 text-sm text-faint md:hidden">{label}</span> : null}
      {children}
    </td>
  );
}
