import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";

import { cx } from "./cx";

type Kind = "primary" | "secondary" | "quiet" | "danger";

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover border-transparent",
  secondary: "bg-surface text-ink border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-bad border-line-strong hover:bg-bad-soft hover:border-bad-mark",
};

export interface ButtonProps extends ComponentProps<"button"> {
  kind?: Kind;
  size?: "small" | "normal";
  /** Shows that the action is under way and refuses a second press. */
  pending?: boolean;
  /** A square button: `children` is one icon and `aria-label` its name. */
  square?: boolean;
  asChild?: boolean;
}

export function Button({
  kind = "secondary",
  size = "normal",
  pending,
  square,
  asChild,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  const Tag = asChild ? Slot.Root : "button";
  return (
    <Tag
      {...(asChild ? {} : { type: "button" as const })}
      {...rest}
      disabled={disabled ?? pending}
      aria-busy={pending ?? undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
        size === "small" ? "h-7 text-sm" : "h-8 text-base max-md:h-10",
        square ? (size === "small" ? "w-7" : "w-8 max-md:w-10") : size === "small" ? "px-2" : "px-3",
        KINDS[kind],
        className,
      )}
    >
      {asChild ? (
        children
      ) : (
        <>
          {pending ? <LoaderCircle aria-hidden className="animate-turn" /> : null}
          {square && pending ? null : children}
        </>
      )}
    </Tag>
  );
}
