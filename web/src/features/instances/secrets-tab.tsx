import { Link } from "@tanstack/react-router";

import { Page } from "@/app/page";
import { SecretsPanel } from "../secrets/secrets-panel";
import { useMay } from "../session/queries";
import { useShownInstance } from "./instance-page";

export function SecretsTab() {
  const instance = useShownInstance();
  const mayWrite = useMay("secret:write");
  if (!instance) return null;
  return (
    <Page
      title={`Secrets of ${instance.name}`}
      heading="Secrets"
      quietHeading
      cli={`stead secrets list --instance ${instance.name}`}
      narrow
    >
      <SecretsPanel
        base={`/v1/instances/${encodeURIComponent(instance.name)}/secrets`}
        cli={`stead secrets set --instance ${instance.name} NAME`}
        title={`Secrets of ${instance.name}`}
        where="this instance alone"
        mayWrite={mayWrite}
      />
      <p className="mt-3 text-sm text-muted">
        It also gets{" "}
        <Link to="/settings/secrets" className="text-accent-ink underline underline-offset-2">
          those of the tenant
        </Link>{" "}
        and those of whoever made it. Of the same name, the one of the instance counts, then the person's,
        then the tenant's.
      </p>
    </Page>
  );
}
