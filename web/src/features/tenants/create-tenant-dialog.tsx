import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { CliLine } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { switchTenant } from "../session/queries";
import { useCreateTenant } from "./queries";

export function CreateTenantDialog({ onClose }: { onClose: () => void }) {
  const creation = useCreateTenant();
  const [name, setName] = useState("");
  const errors = fieldErrors(creation.error, ["name"]);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    creation.mutate(name.trim(), { onSuccess: (tenant) => switchTenant(tenant.id) });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="New tenant"
      description="For a team: it has its own instances, members, secrets, quotas and audit log. You own it."
    >
      <form onSubmit={submit} noValidate className="contents">
        <DialogBody className="flex flex-col gap-3">
          {creation.isError && !errors["name"] ? <ProblemNote error={creation.error} /> : null}
          <Field label="Name" error={errors["name"]} hint="As people know the team. It can be changed.">
            {(props) => (
              <Input
                {...props}
                autoFocus
                value={name}
                maxLength={80}
                onChange={(event) => setName(event.target.value)}
                placeholder="Acme"
              />
            )}
          </Field>
          <CliLine
            command={`stead tenants create ${JSON.stringify(name.trim() || "Acme")}`}
            className="-ml-1.5"
          />
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            pending={creation.isPending || creation.isSuccess}
            disabled={!name.trim() || creation.isPending}
          >
            Create tenant
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
