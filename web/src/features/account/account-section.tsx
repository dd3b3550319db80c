import { Section } from "@/app/section";
import { useMe } from "../session/queries";

const TABS = [
  { to: "/account", label: "Profile", exact: true, api: "/v1/me" },
  { to: "/account/security", label: "Security", api: "/v1/me/factors" },
  { to: "/account/sessions", label: "Sessions", api: "/v1/sessions" },
  { to: "/account/tokens", label: "API tokens", api: "/v1/tokens" },
  { to: "/account/notifications", label: "Notifications", api: "/v1/notification-preferences" },
  { to: "/account/secrets", label: "Secrets", api: "/v1/me/secrets" },
  { to: "/account/tenants", label: "Tenants", api: "/v1/tenants" },
  { to: "/account/data", label: "Your data", api: "/v1/me" },
] as const;

export function AccountSection() {
  const me = useMe();
  return <Section title="Account" detail={me.user.email ?? me.user.name} tabs={TABS} />;
}
