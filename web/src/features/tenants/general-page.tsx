import { useState } from "react";

import { chooseTenant } from "@/api/tenant";
import { fieldErrors } from "@/api/problem";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { CliLine, CopyButton } from "@/ui/copy";
import { Danger } from "@/ui/danger";
import { Field, Input } from "@/ui/field";
import { FormPanel } from "@/ui/form-panel";
import { Fact, Facts, Panel } from "@/ui/layout";
import { RelativeTime } from "@/ui/relative-time";
import { toast } from "@/ui/toast";
import { useMay, useMe } from "../session/queries";
import { useRenameTenant, useTenantAction } from "./queries";

/** After it the tenant is not there any more: everything begins anew in the personal one. */
function goHome(): void {
  chooseTenant(undefined);
  window.location.assign("/account/tenants");
}

export function GeneralPage() {
  const me = useMe();
  const mayDelete = useMay("tenant:delete");
  const [open, setOpen] = useState<"delete" | "leave">();
  return (
    <Page title="Settings" quietHeading cli={`stead tenants rename ${me.tenant.id} NEW-NAME`} narrow>
      <div className="flex flex-col gap-4">
        <NameForm />
        <Panel title="For scripts">
          <Facts>
            <Fact name="Id">
              <span className="flex items-center gap-1 font-mono text-sm">
                <span className="min-w-0 break-all">{me.tenant.id}</span>
                <CopyButton text={me.tenant.id} label="Copy the id" />
              </span>
            </Fact>
            <Fact name="Made">
              <RelativeTime at={me.tenant.created_at} />
            </Fact>
          </Facts>
        </Panel>
        {me.tenant.personal ? (
          <p className="text-sm text-muted">
            Your personal tenant lives as long as your account and goes with it.
          </p>
        ) : (
          <>
            <Danger
              title="Leave this tenant"
              detail="You lose access to everything in it. Its last owner cannot leave: make somebody else an owner first."
            >
              <Button kind="danger" onClick={() => setOpen("leave")}>
                Leave {me.tenant.name}…
              </Button>
            </Danger>
            {mayDelete ? (
              <Danger
                title="Delete this tenant"
                detail="Its instances stop and it is hidden at once. For 30 days an owner can restore it; then it is erased for good."
              >
                <Button kind="danger" onClick={() => setOpen("delete")}>
                  Delete {me.tenant.name}…
                </Button>
                <CliLine command={`stead tenants delete ${me.tenant.id}`} />
              </Danger>
            ) : null}
          </>
        )}
      </div>
      {open === "delete" ? <DeleteTenant onClose={() => setOpen(undefined)} /> : null}
      {open === "leave" ? <LeaveTenant onClose={() => setOpen(undefined)} /> : null}
    </Page>
  );
}

function NameForm() {
  const { tenant } = useMe();
  const mayWrite = useMay("tenant:write");
  const rename = useRenameTenant(tenant.id);
  const [name, setName] = useState(tenant.name);
  const errors = fieldErrors(rename.error, ["name"]);
  return (
    <FormPanel
      title="Name"
      detail={
        mayWrite
          ? "Nothing but the words changes: addresses and scripts use the id."
          : "Your role may not change it."
      }
      changed={mayWrite && name.trim() !== "" && name.trim() !== tenant.name}
      pending={rename.isPending}
      error={errors["name"] ? undefined : rename.error}
      onSubmit={() => rename.mutate(name.trim(), { onSuccess: () => toast({ title: "Name saved" }) })}
    >
      <Field label="Name" error={errors["name"]} className="max-w-sm">
        {(props) => (
          <Input
            {...props}
            value={name}
            maxLength={80}
            disabled={!mayWrite}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </FormPanel>
  );
}

function DeleteTenant({ onClose }: { onClose: () => void }) {
  const { tenant } = useMe();
  const deletion = useTenantAction("delete");
  return (
    <ConfirmDialog
      title={`Delete ${tenant.name}?`}
      description="It can be restored for 30 days. What happens:"
      losses={[
        "Every instance stops now; previews and terminals end.",
        "Members lose access at once, tokens and webhooks go silent.",
        "After 30 days instances, files, backups and secrets are erased. Nobody can bring them back then.",
      ]}
      typed={tenant.name}
      action={`Delete ${tenant.name}`}
      pending={deletion.isPending || deletion.isSuccess}
      error={deletion.error}
      onConfirm={() => deletion.mutate(tenant.id, { onSuccess: goHome })}
      onClose={onClose}
    />
  );
}

function LeaveTenant({ onClose }: { onClose: () => void }) {
  const { tenant } = useMe();
  const leaving = useTenantAction("leave");
  return (
    <ConfirmDialog
      title={`Leave ${tenant.name}?`}
      losses={[
        "You cannot open its instances any more; yours in it stay with the team.",
        "Coming back takes a new invitation.",
      ]}
      action={`Leave ${tenant.name}`}
      keep="Stay"
      pending={leaving.isPending || leaving.isSuccess}
      error={leaving.error}
      onConfirm={() => leaving.mutate(tenant.id, { onSuccess: goHome })}
      onClose={onClose}
    />
  );
}
