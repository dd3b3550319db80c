import { Section } from "@/app/section";

const TABS = [
  { to: "/operator", label: "Tenants", exact: true },
  { to: "/operator/users", label: "Users" },
  { to: "/operator/mails", label: "Mails" },
  { to: "/operator/templates", label: "Mail templates" },
  { to: "/operator/keys", label: "Keys" },
] as const;

export function OperatorSection() {
  return (
    <Section title="Operator" detail="The whole installation. What is done here is audited." tabs={TABS} />
  );
}
