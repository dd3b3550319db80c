import { Section } from "@/app/section";
import { useMe } from "../session/queries";

const TABS = [
  { to: "/team", label: "Members", exact: true },
  { to: "/team/invites", label: "Invitations" },
  { to: "/team/roles", label: "Roles" },
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
