import { Section, type SectionTab } from "@/app/section";
import { useMe } from "../session/queries";

const TABS: readonly (SectionTab & { needs: string })[] = [
  { to: "/settings", label: "General", exact: true, needs: "tenant:read", api: "/v1/tenants/{tenant}" },
  { to: "/settings/security", label: "Security", needs: "tenant:read", api: "/v1/tenants/{tenant}/security" },
  { to: "/settings/sign-in", label: "Sign-in", needs: "sso:read", api: "/v1/tenants/{tenant}/sources" },
  { to: "/settings/quotas", label: "Quotas", needs: "tenant:read", api: "/v1/tenants/{tenant}/quotas" },
  { to: "/settings/secrets", label: "Secrets", needs: "secret:read", api: "/v1/secrets" },
  { to: "/settings/webhooks", label: "Webhooks", needs: "webhook:read", api: "/v1/webhooks" },
  { to: "/settings/data", label: "Export", needs: "tenant:export", api: "/v1/exports" },
];

export function SettingsSection() {
  const me = useMe();
  return (
    <Section
      title="Settings"
      detail={me.tenant.personal ? "Your personal tenant." : `What holds for everybody in ${me.tenant.name}.`}
      tabs={TABS.filter((tab) => me.permissions.includes(tab.needs))}
    />
  );
}
