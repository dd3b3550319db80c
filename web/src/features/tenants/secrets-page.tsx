import { Page } from "@/app/page";
import { SecretsPanel } from "../secrets/secrets-panel";
import { useMay } from "../session/queries";

export function TenantSecretsPage() {
  return (
    <Page title="Secrets of the tenant" heading="Secrets" quietHeading cli="stead secrets" narrow>
      <SecretsPanel
        holder="tenant"
        title="Secrets of the tenant"
        where="every instance of this tenant"
        mayWrite={useMay("secret:write")}
      />
    </Page>
  );
}
