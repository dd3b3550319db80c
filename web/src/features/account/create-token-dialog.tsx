import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { PERMISSIONS } from "../session/permissions";
import { useMe } from "../session/queries";
import { useCreateToken } from "./queries";

const EXPIRIES = [
  { value: "30", words: "in 30 days" },
  { value: "90", words: "in 90 days" },
  { value: "365", words: "in a year" },
  { value: "date", words: "on a date…" },
  { value: "", words: "never" },
] as const;

/** The first day that can be chosen: a token that ends today is of no use. */
function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
}

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const creation = useCreateToken();
  const [name, setName] = useState("");
  const [expiry, setExpiry] = useState<string>("90");
  const [date, setDate] = useState("");
  const [limited, setLimited] = useState(true);
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(["instance:read"]));
  const errors = fieldErrors(creation.error, ["name", "scopes", "expires_in_days", "expires_at"]);
  const general = creation.isError && (Object.keys(errors).length === 0 || errors[""]);
  const created = creation.data;

  function submit(event: SubmitEvent) {
    event.preventDefault();
    creation.mutate({
      name: name.trim(),
      scopes: limited ? [...scopes] : [],
      ...(expiry === "date" ? { expires_at: date } : expiry ? { expires_in_days: Number(expiry) } : {}),
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
            <div className="flex flex-wrap gap-3">
              <Field
                label="Expires"
                error={errors["expires_in_days"]}
                hint={
                  expiry === "" ? "A token that never ends asks for a fresh proof that it is you." : undefined
                }
                className="flex-1"
              >
                {(props) => (
                  <Select {...props} value={expiry} onChange={(event) => setExpiry(event.target.value)}>
                    {EXPIRIES.map((choice) => (
                      <option key={choice.value} value={choice.value}>
                        {choice.words}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              {expiry === "date" ? (
                <Field label="Last day" error={errors["expires_at"]} className="flex-1">
                  {(props) => (
                    <Input
                      {...props}
                      type="date"
                      min={tomorrow()}
                      value={date}
                      onChange={(event) => setDate(event.target.value)}
                    />
                  )}
                </Field>
              ) : null}
            </div>
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1 text-sm font-medium">What it may do</legend>
              <Checkbox
                label="Only these"
                checked={limited}
                onChange={(event) => setLimited(event.target.checked)}
              />
              {limited ? (
                <div className="flex flex-col gap-3 rounded-md border p-3">
                  {PERMISSIONS.map(({ group, items }) => {
                    const mine = items.filter(([key]) => me.permissions.includes(key));
                    return mine.length === 0 ? null : (
                      <div key={group} className="flex flex-col gap-1.5">
                        <p className="text-xs text-faint">{group}</p>
                        {mine.map(([key, words]) => (
                          <Checkbox
                            key={key}
                            checked={scopes.has(key)}
                            onChange={(event) => {
                              const next = new Set(scopes);
                              if (event.target.checked) next.add(key);
                              else next.delete(key);
                              setScopes(next);
                            }}
                            label={
                              <>
                                <code className="font-mono text-sm">{key}</code>
                                <span className="ml-2 text-sm text-muted">{words}</span>
                              </>
                            }
                          />
                        ))}
                      </div>
                    );
                  })}
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
              disabled={
                name.trim() === "" ||
                (limited && scopes.size === 0) ||
                (expiry === "date" && !date) ||
                creation.isPending
              }
            >
              Create token
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
