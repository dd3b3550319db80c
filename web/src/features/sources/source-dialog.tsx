import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { useMe } from "../session/queries";
import { rolesQuery } from "../team/queries";
import { KINDS } from "./kinds";
import { useSaveSource, type Source, type SourceKind } from "./queries";

export function SourceDialog({ before, onClose }: { before?: Source; onClose: () => void }) {
  const me = useMe();
  const save = useSaveSource(me.tenant.id);
  const roles = useQuery(rolesQuery(me.tenant.id));
  const [kind, setKind] = useState<SourceKind>(before?.kind ?? "oidc");
  const [name, setName] = useState(before?.name ?? "");
  const [enabled, setEnabled] = useState(before?.enabled ?? true);
  const [settings, setSettings] = useState<Record<string, string>>(before?.settings ?? {});
  const [role, setRole] = useState(before?.role ?? "member");
  const [domains, setDomains] = useState((before?.domains ?? []).join(", "));
  const { fields } = KINDS[kind];
  // Everybody has an account at these; a directory is the tenant's own.
  const bound = kind !== "ldap";
  const errors = fieldErrors(save.error, [
    "name",
    "role",
    "domains",
    ...fields.map(({ key }) => `settings.${key}`),
  ]);
  const general = save.isError && (Object.keys(errors).length === 0 || errors[""]);
  const ready =
    name.trim() !== "" &&
    (!bound || domains.trim() !== "") &&
    fields.every(({ key, optional, secret }) => optional ?? (secret && before) ?? settings[key]?.trim());

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const given = fields
      .map(({ key }) => [key, (settings[key] ?? "").trim()] as const)
      .filter(([, value]) => value !== "");
    save.mutate(
      {
        kind,
        name: name.trim(),
        settings: Object.fromEntries(given),
        role,
        domains: domains.split(/[\s,]+/).filter((domain) => domain !== ""),
        ...(before ? { id: before.id, enabled } : {}),
      },
      { onSuccess: onClose },
    );
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={before ? `Change ${before.name}` : "New source of sign-in"}
      description="Its people sign in with the account they have there, and become members."
    >
      <form onSubmit={submit} noValidate className="contents">
        <DialogBody className="flex flex-col gap-3">
          {general ? <ProblemNote error={save.error} /> : null}
          {before ? null : (
            <Field label="Kind">
              {(props) => (
                <Select
                  {...props}
                  value={kind}
                  onChange={(event) => setKind(event.target.value as SourceKind)}
                >
                  {Object.entries(KINDS).map(([key, { words }]) => (
                    <option key={key} value={key}>
                      {words}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <Field label="Name" error={errors["name"]} hint="On the button: “Continue with …”.">
            {(props) => (
              <Input
                {...props}
                autoFocus
                value={name}
                placeholder="Acme"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          {fields.map(({ key, label, hint, placeholder, secret, optional }) => (
            <Field
              key={key}
              label={label}
              optional={optional ?? false}
              error={errors[`settings.${key}`]}
              hint={secret && before ? "Leave it empty to keep the present one." : hint}
            >
              {(props) => (
                <Input
                  {...props}
                  mono={!secret}
                  type={secret ? "password" : "text"}
                  autoComplete={secret ? "new-password" : "off"}
                  value={settings[key] ?? ""}
                  placeholder={placeholder}
                  onChange={(event) => setSettings({ ...settings, [key]: event.target.value })}
                />
              )}
            </Field>
          ))}
          <Field
            label="Domains of their addresses"
            optional={!bound}
            error={errors["domains"]}
            hint="Separated by commas. Whoever has no confirmed address in one of them stays out."
          >
            {(props) => (
              <Input
                {...props}
                mono
                value={domains}
                placeholder="acme.example"
                onChange={(event) => setDomains(event.target.value)}
              />
            )}
          </Field>
          <Field label="What they become in the tenant" error={errors["role"]}>
            {(props) => (
              <Select {...props} value={role} onChange={(event) => setRole(event.target.value)}>
                {(roles.data?.items ?? [{ id: role, name: role }]).map((item) => (
                  <option key={item.id} value={item.id}>
                    {item.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {before ? (
            <Checkbox
              label="People can sign in with it"
              checked={enabled}
              onChange={(event) => setEnabled(event.target.checked)}
            />
          ) : null}
          {before?.callback_url ? (
            <div>
              <p className="mb-1 text-sm font-medium">Where it sends people back to</p>
              <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
                <code className="min-w-0 flex-1 truncate font-mono text-sm">{before.callback_url}</code>
                <CopyButton text={before.callback_url} label="Copy the address" />
              </div>
            </div>
          ) : null}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={save.isPending} disabled={!ready || save.isPending}>
            {before ? "Save" : "Add source"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
