import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";

import { cx } from "./cx";
import { Kbd } from "./kbd";

export function Menu({
  trigger,
  children,
  align = "end",
  defaultOpen,
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  defaultOpen?: boolean;
}) {
  return (
    <Primitive.Root modal={false} {...(defaultOpen ? { defaultOpen } : {})}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-md border bg-surface p-1 shadow-lift animate-appear"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect?: () => void;
  /** For items that are links. */
  asChild?: boolean;
  className?: string;
  children: ReactNode;
}

export function MenuItem({
  icon,
  shortcut,
  danger,
  disabled,
  onSelect,
  asChild,
  className: more,
  children,
}: MenuItemProps) {
  const className = cx(
    "flex h-8 items-center gap-2 rounded-sm px-2 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover max-md:h-10 [&_svg]:size-4 [&_svg]:text-faint",
    danger && "text-bad data-highlighted:bg-bad-soft [&_svg]:text-bad",
    more,
  );
  return (
    <Primitive.Item
      className={className}
      {...(disabled ? { disabled } : {})}
      {...(asChild ? { asChild } : {})}
      {...(onSelect ? { onSelect } : {})}
    >
      {asChild ? (
        children
      ) : (
        <>
          {icon}
          <span className="min-w-0 flex-1 truncate">{children}</span>
          {shortcut ? <Kbd>{shortcut}</Kbd> : null}
        </>
      )}
    </Primitive.Item>
  );
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 py-1 text-xs text-faint">{children}</Primitive.Label>;
}
