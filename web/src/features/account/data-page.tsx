import { useState } from "react";

import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Danger } from "@/ui/danger";
import { ExportsPanel } from "../exports/exports-panel";
import { useMe } from "../session/queries";
import { useDeleteAccount } from "./queries";

export function DataPage() {
  const me = useMe();
  const deletion = useDeleteAccount();
  const [deleting, setDeleting] = useState(false);
  const owned = me.tenants.filter((tenant) => !tenant.personal && tenant.role === "owner");
  const word = me.user.email ?? me.user.name;
  return (
    <Page title="Your data" quietHeading cli="stead export me" narrow>
      <div className="flex flex-col gap-4">
        <ExportsPanel
          scope="user"
          title="Export"
          detail="An archive with your profile, sessions, tokens (without their secrets), memberships, notifications and what the audit log says about you."
        />
        <Danger
          title="Delete your account"
          detail="Your account, your personal tenant and everything in it. Signing in within 30 days takes it back. Teams you are a member of keep their instances."
        >
          <Button kind="danger" onClick={() => setDeleting(true)}>
            Delete my account…
          </Button>
        </Danger>
      </div>
      {deleting ? (
        <ConfirmDialog
          title="Delete your account?"
          description="Signing in within 30 days takes it back; then it is erased for good. What happens:"
          losses={[
            "Every session and API token of yours ends within a second; tokens do not come back.",
            "After 30 days your personal tenant is erased with its instances, their files and secrets.",
            "Your membership in every team ends with the account. The audit log keeps that somebody acted, not who.",
            ...(owned.length > 0
              ? [
                  <strong key="owned" className="font-medium">
                    You own {owned.map((tenant) => tenant.name).join(", ")}. Where nobody else does, make
                    somebody an owner or delete the tenant first.
                  </strong>,
                ]
              : []),
          ]}
          typed={word}
          action="Delete my account"
          keep="Keep my account"
          pending={deletion.isPending || deletion.isSuccess}
          error={deletion.error}
          onConfirm={() =>
            deletion.mutate(undefined, { onSuccess: () => window.location.assign("/sign-in") })
          }
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </Page>
  );
}
