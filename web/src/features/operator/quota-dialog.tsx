import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { bytes, parseSize } from "@/format/numbers";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { toast } from "@/ui/toast";
import { amountWords, QUOTA_WORDS } from "../tenants/quota-words";
import type { Quota } from "../tenants/queries";
import { useSetQuotas, type OperatorTenant } from "./queries";

const NAMES = ["instances", "cpu_millis", "memory_bytes", "disk_bytes", "members"] as const;
type Name = (typeof NAMES)[number];

/** Only what an operator has said; the default stands as a placeholder. */
function shown(name: Name, quota: Quota | undefined): string {
  return quota?.set ? written(name, quota.limit) : "";
}

function written(name: Name, limit: number): string {
  if (name === "cpu_millis") return String(limit / 1000);
  return name.endsWith("_bytes") ? bytes(limit) : String(limit);
}

/** `undefined`: not readable; `null`: the installation's default. */
function read(name: Name, text: string): number | null | undefined {
  if (text.trim() === "") return null;
  if (name.endsWith("_bytes")) return parseSize(text);
  const value = Number(text.trim().replace(",", "."));
  if (!Number.isFinite(value) || value < 0) return undefined;
  return name === "cpu_millis" ? Math.round(value * 1000) : Math.floor(value);
}

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
