import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  CornerDownLeft,
  LogOut,
  Moon,
  Plus,
  ScrollText,
  Search,
  SquareTerminal,
  Sun,
  Trash2,
  Boxes,
  RefreshCw,
  type LucideIcon,
} from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useId, useMemo, useRef, useState } from "react";

import { possibleActions } from "@/features/instances/actions";
import { instanceListQuery } from "@/features/instances/queries";
import { useActions } from "@/features/instances/use-actions";
import { useMe, useSignOut } from "@/features/session/queries";
import { cx } from "@/ui/cx";
import { Kbd } from "@/ui/kbd";
import { PHASE_LOOKS } from "@/ui/states";
import { PLACES } from "./navigation";
import { rank } from "./rank";
import { setTheme } from "./theme";

interface Entry {
  id: string;
  group: "Go to" | "Instances" | "Actions";
  label: string;
  detail?: string;
  icon: LucideIcon;
  run: () => void;
}

/** Every page, instance and action, a few letters away. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [keepOpen, setKeepOpen] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const entries = useEntries(() => setKeepOpen(true), onClose);
  const shown = useMemo(
    () => rank(text, entries.all, (entry) => `${entry.label} ${entry.detail ?? ""}`).slice(0, text ? 30 : 24),
    [text, entries.all],
  );
  const chosen = Math.min(at, shown.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen, shown]);

  function run(entry: Entry | undefined) {
    entry?.run();
  }

  return (
    <>
      <Dialog.Root
        open={!keepOpen}
        onOpenChange={(open) => {
          if (!open && !keepOpen) onClose();
        }}
      >
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-lg border bg-surface shadow-lift animate-appear max-sm:top-4"
          >
            <Dialog.Title className="sr-only">Search or run a command</Dialog.Title>
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search aria-hidden className="size-4 text-faint" />
              <input
                role="combobox"
                aria-expanded
                aria-controls={id}
                aria-activedescendant={shown[chosen] ? `${id}-${chosen}` : undefined}
                aria-label="Search pages, instances and actions"
                placeholder="Search pages, instances and actions"
                value={text}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => {
                  setText(event.target.value);
                  setAt(0);
                }}
                onKeyDown={(event) => {
                  if (event.key === "ArrowDown" || (event.ctrlKey && event.key === "n"))
                    setAt((chosen + 1) % Math.max(1, shown.length));
                  else if (event.key === "ArrowUp" || (event.ctrlKey && event.key === "p"))
                    setAt((chosen - 1 + shown.length) % Math.max(1, shown.length));
                  else if (event.key === "Enter") run(shown[chosen]);
                  else return;
                  event.preventDefault();
                }}
                className="h-12 min-w-0 flex-1 bg-transparent text-lg outline-none"
              />
              <Kbd>Esc</Kbd>
            </div>
            <ul
              ref={list}
              id={id}
              role="listbox"
              aria-label="Matches"
              className="min-h-0 overflow-y-auto p-1.5"
            >
              {shown.map((entry, index) => {
                const Icon = entry.icon;
                const heading = !text && entry.group !== shown[index - 1]?.group;
                return (
                  <li key={entry.id} role="presentation">
                    {heading ? <p className="px-2.5 pt-2 pb-1 text-xs text-faint">{entry.group}</p> : null}
                    <div
                      id={`${id}-${index}`}
                      role="option"
                      aria-selected={index === chosen}
                      onPointerMove={() => setAt(index)}
                      onClick={() => run(entry)}
                      className={cx(
                        "flex h-9 cursor-pointer items-center gap-3 rounded-md px-2.5",
                        index === chosen && "bg-hover",
                      )}
                    >
                      <Icon aria-hidden className="size-4 shrink-0 text-faint" />
                      <span className="truncate">{entry.label}</span>
                      {entry.detail ? (
                        <span className="min-w-0 truncate text-sm text-muted">{entry.detail}</span>
                      ) : null}
                      {index === chosen ? (
                        <CornerDownLeft aria-hidden className="ml-auto size-3.5 shrink-0 text-faint" />
                      ) : null}
                    </div>
                  </li>
                );
              })}
              {shown.length === 0 ? (
                <li className="px-3 py-6 text-center text-muted">Nothing matches “{text}”.</li>
              ) : null}
            </ul>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      {entries.confirmation}
    </>
  );
}

function useEntries(
  onKeepOpen: () => void,
  onClose: () => void,
): { all: Entry[]; confirmation: React.ReactNode } {
  const navigate = useNavigate();
  const me = useMe();
  const client = useQueryClient();
  const signOut = useSignOut();
  const instances = useInfiniteQuery(instanceListQuery(""));
  const { act, confirmation } = useActions(onClose);
  const dark = document.documentElement.dataset["theme"] === "dark";
  const may = (permission: string) => me.permissions.includes(permission);
  const then = (work: () => unknown) => () => {
    work();
    onClose();
  };
  const all: Entry[] = [];
  for (const place of PLACES) {
    if (may(place.needs))
      all.push({
        id: place.to,
        group: "Go to",
        label: place.label,
        icon: place.icon,
        run: then(() => navigate({ to: place.to })),
      });
  }
  if (may("instance:write")) {
    all.push({
      id: "create",
      group: "Actions",
      label: "New instance",
      icon: Plus,
      run: then(() => navigate({ to: "/instances", search: { create: true } })),
    });
  }
  all.push({
    id: "theme",
    group: "Actions",
    label: dark ? "Light theme" : "Dark theme",
    icon: dark ? Sun : Moon,
    run: then(() => setTheme(dark ? "light" : "dark")),
  });
  all.push({
    id: "refresh",
    group: "Actions",
    label: "Read everything anew",
    icon: RefreshCw,
    run: then(() => client.invalidateQueries()),
  });
  all.push({
    id: "sign-out",
    group: "Actions",
    label: "Sign out",
    icon: LogOut,
    run: then(() => signOut.mutate()),
  });
  const items = instances.data?.pages.flatMap((page) => page.items) ?? [];
  for (const item of items) {
    const params = { instance: item.name };
    all.push({
      id: item.id,
      group: "Instances",
      label: item.name,
      detail: PHASE_LOOKS[item.state.phase].word,
      icon: Boxes,
      run: then(() => navigate({ to: "/instances/$instance", params })),
    });
  }
  for (const item of items) {
    const params = { instance: item.name };
    if (may("instance:connect")) {
      all.push({
        id: `${item.id}:terminal`,
        group: "Actions",
        label: `Terminal of ${item.name}`,
        icon: SquareTerminal,
        run: then(() => navigate({ to: "/instances/$instance/terminal", params })),
      });
    }
    all.push({
      id: `${item.id}:console`,
      group: "Actions",
      label: `Console of ${item.name}`,
      icon: ScrollText,
      run: then(() => navigate({ to: "/instances/$instance/console", params })),
    });
    if (!may("instance:write")) continue;
    for (const look of possibleActions(item)) {
      all.push({
        id: `${item.id}:${look.action}`,
        group: "Actions",
        label: `${look.label} ${item.name}`,
        icon: look.icon,
        run: then(() => act(look.action, item)),
      });
    }
    all.push({
      id: `${item.id}:delete`,
      group: "Actions",
      label: `Delete ${item.name}…`,
      icon: Trash2,
      run: () => {
        onKeepOpen();
        act("delete", item);
      },
    });
  }
  return { all, confirmation };
}
