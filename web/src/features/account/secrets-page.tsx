import { Page } from "@/app/page";
import { SecretsPanel } from "../secrets/secrets-panel";

export function UserSecretsPage() {
  return (
    <Page title="Your secrets" quietHeading cli="stead secrets --me" narrow>
      <SecretsPanel
        holder="user"
        title="Your secrets"
        where="every instance that you create, in all of your tenants"
        mayWrite
      />
    </Page>
  );
}
