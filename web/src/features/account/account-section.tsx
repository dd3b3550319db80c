import { Section } from "@/app/section";
import { useMe } from "../session/queries";

const TABS = [
  { to: "/account", label: "Profile", exact: true },
  { to: "/account/security", label: "Security" },
  { to: "/account/sessions", label: "Sessions" },
  { to: "/account/tokens", label: "API tokens" },
  { to: "/account/notifications", label: "Notifications" },
  { to: "/account/secrets", label: "Secrets" },
  { to: "/account/tenants", label: "Tenants" },
  { to: "/account/data", label: "Your data" },
] as const;

export function AccountSection() {
  const me = useMe();
  return <Section title="Account" detail={me.user.email ?? me.user.name} tabs={TABS} />;
}
