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
      cli={`stead secrets --instance ${instance.name}`}
      narrow
    >
      <SecretsPanel
        holder={{ instance: instance.name }}
        title={`Secrets of ${instance.name}`}
        where="this instance alone"
        mayWrite={mayWrite}
      />
      <p className="mt-3 text-sm text-muted">
        It also gets{" "}
        <Link to="/settings/secrets" className="text-accent-ink underline underline-offset-2">
          those of the tenant
        </Link>{" "}
        and those of whoever made it. Of the same name the instance's own counts, then the tenant's, then the
        person's.
      </p>
    </Page>
  );
}
