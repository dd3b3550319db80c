/** What stands in the menus of the frame. Fetched when one of them is first opened. */
import { Link } from "@tanstack/react-router";
import { Check, CircleUser, LogOut, Monitor, Moon, Sun } from "lucide-react";

import { useMe, useSignOut } from "@/features/session/queries";
import type { Trigger } from "@/ui/late";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/menu";
import { PLACES } from "./navigation";
import { setTheme, useThemeChoice, type ThemeChoice } from "./theme";

export { InboxMenu } from "@/features/notifications/inbox-menu";
export { TenantMenu } from "@/features/tenants/tenant-menu";

const THEMES: { value: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
];

export function ThemeMenu({ trigger }: { trigger: Trigger }) {
  const choice = useThemeChoice();
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map((theme) => (
        <MenuItem key={theme.value} icon={<theme.icon aria-hidden />} onSelect={() => setTheme(theme.value)}>
          <span className="flex items-center">
            {theme.label}
            {theme.value === choice ? <Check aria-label="chosen" className="ml-auto size-4" /> : null}
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}

export function AccountMenu({ trigger }: { trigger: Trigger }) {
  const me = useMe();
  const signOut = useSignOut();
  // What the bar of a phone has no room for.
  const others = PLACES.filter((place) => !place.phone && me.permissions.includes(place.needs));
  return (
    <Menu trigger={trigger} defaultOpen>
      <MenuLabel>
        <span className="block font-medium text-ink">{me.user.name}</span>
        {me.user.email ?? `${me.tenant.role} of ${me.tenant.name}`}
      </MenuLabel>
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/account">
          <CircleUser aria-hidden /> Account
        </Link>
      </MenuItem>
      {others.map((place) => (
        <MenuItem key={place.to} asChild className="md:hidden">
          <Link to={place.to}>
            <place.icon aria-hidden /> {place.label}
          </Link>
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => signOut.mutate()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
