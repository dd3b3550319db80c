import { Section } from "@/app/section";

const TABS = [
  { to: "/operator", label: "Tenants", exact: true, api: "/v1/operator/tenants" },
  { to: "/operator/users", label: "Users", api: "/v1/operator/users" },
  { to: "/operator/mails", label: "Mails", api: "/v1/operator/mails" },
  { to: "/operator/templates", label: "Mail templates", api: "/v1/operator/mail-templates" },
  { to: "/operator/keys", label: "Keys", api: "/v1/operator/keys" },
] as const;

export function OperatorSection() {
  return (
    <Section title="Operator" detail="The whole installation. What is done here is audited." tabs={TABS} />
  );
}
