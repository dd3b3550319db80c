import { Section } from "@/app/section";
import { useMe } from "../session/queries";

const TABS = [
  { to: "/team", label: "Members", exact: true, api: "/v1/tenants/{tenant}/members" },
  { to: "/team/invites", label: "Invitations", api: "/v1/tenants/{tenant}/invites" },
  { to: "/team/roles", label: "Roles", api: "/v1/tenants/{tenant}/roles" },
] as const;

export function TeamSection() {
  const me = useMe();
  return (
    <Section
      title="Team"
      detail={
        me.tenant.personal
          ? "This is your personal tenant: you are its only member."
          : `Who works in ${me.tenant.name}, and as what.`
      }
      tabs={TABS}
    />
  );
}
