import { Link } from "@tanstack/react-router";
import { ScrollText, Settings, SquareTerminal, Trash2 } from "lucide-react";

import type { Trigger } from "@/ui/late";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { useMay } from "../session/queries";
import { possibleActions } from "./actions";
import type { InstanceMenuProps } from "./instance-menu";

/** Everything that can be done with one instance. */
export function InstanceMenuItems({
  instance,
  mayWrite,
  onAction,
  trigger,
}: InstanceMenuProps & { trigger: Trigger }) {
  const mayConnect = useMay("instance:connect");
  const params = { instance: instance.name };
  const icon = "size-4 text-faint";
  return (
    <Menu trigger={trigger} defaultOpen>
      {mayConnect ? (
        <MenuItem asChild>
          <Link to="/instances/$instance/terminal" params={params}>
            <SquareTerminal aria-hidden className={icon} /> Terminal
          </Link>
        </MenuItem>
      ) : null}
      <MenuItem asChild>
        <Link to="/instances/$instance/console" params={params}>
          <ScrollText aria-hidden className={icon} /> Console
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/instances/$instance/settings" params={params}>
          <Settings aria-hidden className={icon} /> Settings
        </Link>
      </MenuItem>
      {mayWrite ? (
        <>
          <MenuSeparator />
          {possibleActions(instance).map(({ action, label, icon: Icon }) => (
            <MenuItem key={action} icon={<Icon aria-hidden />} onSelect={() => onAction(action)}>
              {label}
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuItem
            icon={<Trash2 aria-hidden />}
            danger
            disabled={instance.state.phase === "deleting"}
            onSelect={() => onAction("delete")}
          >
            Delete…
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
