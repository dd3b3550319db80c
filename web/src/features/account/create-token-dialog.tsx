import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { useMe } from "../session/queries";
import { useCreateToken } from "./queries";

const WORDS: Record<string, string> = {
  "instance:read": "see instances",
  "instance:write": "create, change, start, stop and delete instances",
  "instance:connect": "terminals, commands and private previews",
  "operation:read": "see operations",
  "operation:write": "cancel and retry operations",
  "tenant:read": "see the tenant and its members",
  "tenant:write": "change the tenant",
  "node:read": "see nodes",
  "account:read": "see your sessions and tokens",
  "account:write": "make and revoke tokens and sign-in links",
};

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const creation = useCreateToken();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [limited, setLimited] = useState(true);
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(["instance:read"]));
  const errors = fieldErrors(creation.error, ["name", "scopes", "expires_in_days"]);
  const general = creation.isError && (Object.keys(errors).length === 0 || errors[""]);
  const created = creation.data;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    creation.mutate({
      name: name.trim(),
      scopes: limited ? [...scopes] : [],
      ...(days ? { expires_in_days: Number(days) } : {}),
    });
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={created ? "Copy the token now" : "New API token"}
      description={
        created ? "It is shown this once. Whoever has it acts as you." : "For scripts and CI that act as you."
      }
    >
      {created ? (
        <>
          <DialogBody>
            <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
              <code data-testid="secret" className="min-w-0 flex-1 font-mono text-sm break-all select-all">
                {created.secret}
              </code>
              <CopyButton text={created.secret} label="Copy the token" />
            </div>
            <p className="mt-3 text-sm text-muted">
              Send it as <code className="font-mono">Authorization: Bearer stead_…</code>, or set{" "}
              <code className="font-mono">STEAD_TOKEN</code> for the command line.
            </p>
          </DialogBody>
          <DialogActions>
            <Button kind="primary" onClick={onClose}>
              I have copied it
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} className="contents" noValidate>
          <DialogBody className="flex flex-col gap-4">
            {general ? <ProblemNote error={creation.error} /> : null}
            <Field
              label="Name"
              error={errors["name"]}
              hint="Say where it is used, to know later what breaks without it."
            >
              {(props) => (
                <Input
                  {...props}
                  autoFocus
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  placeholder="ci"
                />
              )}
            </Field>
            <Field label="Expires" error={errors["expires_in_days"]}>
              {(props) => (
                <Select {...props} value={days} onChange={(event) => setDays(event.target.value)}>
                  <option value="7">in 7 days</option>
                  <option value="30">in 30 days</option>
                  <option value="90">in 90 days</option>
                  <option value="365">in a year</option>
                  <option value="">never</option>
                </Select>
              )}
            </Field>
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1 text-sm font-medium">What it may do</legend>
              <Checkbox
                label="Only these"
                checked={limited}
                onChange={(event) => setLimited(event.target.checked)}
              />
              {limited ? (
                <div className="flex flex-col gap-1.5 rounded-md border p-3">
                  {me.permissions.map((permission) => (
                    <Checkbox
                      key={permission}
                      checked={scopes.has(permission)}
                      onChange={(event) => {
                        const next = new Set(scopes);
                        if (event.target.checked) next.add(permission);
                        else next.delete(permission);
                        setScopes(next);
                      }}
                      label={
                        <>
                          <code className="font-mono text-sm">{permission}</code>
                          <span className="ml-2 text-sm text-muted">{WORDS[permission]}</span>
                        </>
                      }
                    />
                  ))}
                </div>
              ) : (
                <p className="text-sm text-warn">Without limits it may do everything that you may.</p>
              )}
              {errors["scopes"] ? (
                <p role="alert" className="text-sm text-bad">
                  {errors["scopes"]}
                </p>
              ) : null}
            </fieldset>
          </DialogBody>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              kind="primary"
              pending={creation.isPending}
              disabled={name.trim() === "" || (limited && scopes.size === 0)}
            >
              Create token
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
