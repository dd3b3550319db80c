/** Roles in words. Pure. */
import type { Role } from "@/api/types";

export const BUILT_IN: Record<string, string> = {
  owner: "everything, also the tenant itself",
  admin: "everything but deleting the tenant",
  support: "sees all, changes nothing",
  member: "works with instances",
  guest: "looks at instances",
};

/** The name of a role as people know it, whether it is built in or a tenant's own. */
export function roleName(id: string, roles: readonly Role[] = []): string {
  const found = roles.find((role) => role.id === id);
  const name = found?.name ?? id;
  return found?.built_in || id in BUILT_IN ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** What requests call the role of a member, an invitation or a binding. */
export function roleReference(held: { role: string; custom_role?: { id: string } | null }): string {
  return held.custom_role?.id ?? held.role;
}

/** The name of such a role. */
export function heldRole(held: { role: string; custom_role?: { name: string } | null }): string {
  return held.custom_role?.name ?? roleName(held.role);
}

/** Whether somebody with these permissions may give the role: nobody gives what they do not have. */
export function mayGive(role: Role, own: readonly string[]): boolean {
  return role.permissions.every((permission) => own.includes(permission));
}
