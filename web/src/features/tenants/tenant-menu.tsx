import { useNavigate } from "@tanstack/react-router";
import { Check, Plus, Search, Settings } from "lucide-react";
import { Popover } from "radix-ui";
import { useId, useMemo, useRef, useEffect, useState } from "react";

import { rank } from "@/app/rank";
import { cx } from "@/ui/cx";
import { Initial } from "@/ui/initial";
import type { Trigger } from "@/ui/late";
import { switchTenant, useMe } from "../session/queries";
import { CreateTenantDialog } from "./create-tenant-dialog";

/** Shown once there are more tenants than the eye takes in. */
const SEARCH_FROM = 6;

interface Entry {
  id: string;
  label: string;
  detail?: string;
  current?: boolean;
  icon: React.ReactNode;
  run: () => void;
}

/** All tenants of the person: type to find one, Enter to go there. */
export function TenantMenu({ trigger }: { trigger: Trigger }) {
  const me = useMe();
  const navigate = useNavigate();
  const [open, setOpen] = useState(true);
  const [creating, setCreating] = useState(false);
  const [text, setText] = useState("");
  const [at, setAt] = useState(() => me.tenants.findIndex((tenant) => tenant.id === me.tenant.id));
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const searching = me.tenants.length >= SEARCH_FROM;
  const entries = useMemo<Entry[]>(() => {
    const tenants = rank(text, me.tenants, (tenant) => tenant.name).map((tenant) => ({
      id: tenant.id,
      label: tenant.name,
      detail: tenant.personal ? "personal" : tenant.role,
      current: tenant.id === me.tenant.id,
      icon: <Initial name={tenant.name} />,
      run: () => {
        if (tenant.id === me.tenant.id) setOpen(false);
        else switchTenant(tenant.id);
      },
    }));
    if (text) return tenants;
    return [
      ...tenants,
      {
        id: "settings",
        label: "Settings of this tenant",
        icon: <Settings aria-hidden className="mx-0.5 size-4 text-faint" />,
        run: () => {
          setOpen(false);
          void navigate({ to: "/settings" });
        },
      },
      {
        id: "create",
        label: "New tenant…",
        icon: <Plus aria-hidden className="mx-0.5 size-4 text-faint" />,
        run: () => {
          setOpen(false);
          setCreating(true);
        },
      },
    ];
  }, [text, me, navigate]);
  const chosen = Math.min(Math.max(at, 0), entries.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  return (
    <>
      <Popover.Root
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          setText("");
        }}
      >
        <Popover.Trigger asChild>{trigger}</Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={4}
            collisionPadding={8}
            aria-label="Tenants"
            className="z-50 flex max-h-(--radix-popover-content-available-height) w-72 flex-col overflow-hidden rounded-md border bg-surface shadow-lift animate-appear"
          >
            <div className={cx("flex items-center gap-2 border-b px-3", !searching && "sr-only")}>
              <Search aria-hidden className="size-4 text-faint" />
              <input
                role="combobox"
                aria-expanded
                aria-controls={id}
                aria-activedescendant={entries[chosen] ? `${id}-${chosen}` : undefined}
                aria-label="Find a tenant"
                placeholder="Find a tenant"
                autoComplete="off"
                spellCheck={false}
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  setAt(0);
                }}
                onKeyDown={(event) => {
                  if (event.key === "ArrowDown") setAt((chosen + 1) % Math.max(1, entries.length));
                  else if (event.key === "ArrowUp")
                    setAt((chosen - 1 + entries.length) % Math.max(1, entries.length));
                  else if (event.key === "Enter") entries[chosen]?.run();
                  else return;
                  event.preventDefault();
                }}
                className="h-10 min-w-0 flex-1 bg-transparent outline-none"
              />
            </div>
            <ul
              ref={list}
              id={id}
              role="listbox"
              aria-label="Tenants"
              className="min-h-0 overflow-y-auto p-1"
            >
              {entries.map((entry, index) => (
                <li
                  key={entry.id}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === chosen}
                  onPointerMove={() => setAt(index)}
                  onClick={entry.run}
                  className={cx(
                    "flex h-9 cursor-pointer items-center gap-2 rounded-sm px-2 max-md:h-11",
                    index === chosen && "bg-hover",
                    entry.id === "settings" &&
                      "relative mt-1 before:absolute before:inset-x-0 before:-top-1 before:h-px before:bg-line",
                  )}
                >
                  {entry.icon}
                  <span className="min-w-0 truncate">{entry.label}</span>
                  {entry.detail ? <span className="text-sm text-faint">{entry.detail}</span> : null}
                  {entry.current ? <Check aria-label="current" className="ml-auto size-4 shrink-0" /> : null}
                </li>
              ))}
              {entries.length === 0 ? (
                <li className="px-2 py-4 text-center text-muted">You are in no tenant like “{text}”.</li>
              ) : null}
            </ul>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {creating ? <CreateTenantDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}
