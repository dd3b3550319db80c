import { Page } from "@/app/page";
import { ExportsPanel } from "../exports/exports-panel";
import { useMay } from "../session/queries";

export function TenantDataPage() {
  return (
    <Page title="Export" quietHeading cli="stead export tenant" narrow>
      <ExportsPanel
        scope="tenant"
        title="Export"
        detail="An archive of everything the tenant has: instances and their settings, members and roles, the audit log with its checkpoints. No secret's value is in it."
        mayExport={useMay("tenant:export")}
      />
    </Page>
  );
}
