import { Section, type SectionTab } from "@/app/section";
import { useMe } from "../session/queries";

const TABS: readonly (SectionTab & { needs: string })[] = [
  { to: "/settings", label: "General", exact: true, needs: "tenant:read" },
  { to: "/settings/security", label: "Security", needs: "tenant:read" },
  { to: "/settings/sign-in", label: "Sign-in", needs: "sso:read" },
  { to: "/settings/quotas", label: "Quotas", needs: "tenant:read" },
  { to: "/settings/secrets", label: "Secrets", needs: "secret:read" },
  { to: "/settings/webhooks", label: "Webhooks", needs: "webhook:read" },
  { to: "/settings/data", label: "Export", needs: "tenant:export" },
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
