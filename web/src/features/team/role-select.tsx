import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";

import { Select } from "@/ui/field";
import { useMe } from "../session/queries";
import { rolesQuery } from "./queries";
import { mayGive, roleName } from "./roles";

/** The roles of the tenant; those that the person cannot give are there but cannot be chosen. */
export function RoleSelect({ value, ...rest }: ComponentProps<"select"> & { value: string }) {
  const me = useMe();
  const roles = useQuery(rolesQuery(me.tenant.id)).data?.items ?? [];
  const known = roles.some((role) => role.id === value);
  return (
    <Select {...rest} value={value}>
      {known ? null : <option value={value}>{roleName(value)}</option>}
      {roles.map((role) => (
        <option key={role.id} value={role.id} disabled={role.id !== value && !mayGive(role, me.permissions)}>
          {roleName(role.id, roles)}
        </option>
      ))}
    </Select>
  );
}
