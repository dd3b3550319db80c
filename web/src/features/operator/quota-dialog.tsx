import { useState, type SubmitEvent } from "react";

import type { OperatorTenant } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { toast } from "@/ui/toast";
import { amountWords, QUOTA_WORDS } from "../tenants/quota-words";
import { NAMES, read, shown, written, type Name } from "./limits";
import { useSetQuotas } from "./queries";

export function QuotaDialog({ tenant, onClose }: { tenant: OperatorTenant; onClose: () => void }) {
  const set = useSetQuotas(tenant.id);
  const [text, setText] = useState<Record<Name, string>>(
    () =>
      Object.fromEntries(
        NAMES.map((name) => [
          name,
          shown(
            name,
            tenant.quotas.find((quota) => quota.what === name),
          ),
        ]),
      ) as Record<Name, string>,
  );
  const errors = fieldErrors(set.error, NAMES);
  const general = set.isError && (Object.keys(errors).length === 0 || errors[""]);
  const limits = NAMES.map((name): [Name, number | null | undefined] => [name, read(name, text[name])]);
  const ready = limits.every(([, limit]) => limit !== undefined);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const own = limits.filter((entry): entry is [Name, number] => typeof entry[1] === "number");
    set.mutate(Object.fromEntries(own), {
      onSuccess: () => {
        toast({ title: `Quotas of ${tenant.name} saved` });
        onClose();
      },
    });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Quotas of ${tenant.name}`}
      description="Empty means the installation's default. What exists above a lower limit stays; nothing more can be made."
    >
      <form onSubmit={submit} noValidate className="contents">
        <DialogBody className="flex flex-col gap-3">
          {general ? <ProblemNote error={set.error} /> : null}
          {NAMES.map((name) => {
            const quota = tenant.quotas.find((held) => held.what === name);
            return (
              <Field
                key={name}
                label={QUOTA_WORDS[name]?.title ?? name}
                error={
                  read(name, text[name]) === undefined
                    ? name.endsWith("_bytes")
                      ? "Write a size such as 64 GiB."
                      : "Write a number."
                    : errors[name]
                }
                hint={quota ? `${amountWords(name, quota.used)} in use` : undefined}
              >
                {(props) => (
                  <Input
                    {...props}
                    value={text[name]}
                    placeholder={quota && !quota.set ? `${written(name, quota.limit)} (default)` : "default"}
                    onChange={(event) => setText({ ...text, [name]: event.target.value })}
                  />
                )}
              </Field>
            );
          })}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={set.isPending} disabled={!ready || set.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
