import { Page } from "@/app/page";
import { SecretsPanel } from "../secrets/secrets-panel";
import { useMay } from "../session/queries";

export function TenantSecretsPage() {
  return (
    <Page title="Secrets" quietHeading narrow>
      <SecretsPanel
        holder="tenant"
        title="Secrets of the tenant"
        where="every instance of this tenant"
        mayWrite={useMay("secret:write")}
      />
    </Page>
  );
}
