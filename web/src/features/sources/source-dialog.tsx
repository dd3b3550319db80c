import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox, Field, Input, Select } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { useMe } from "../session/queries";
import { KINDS } from "./kinds";
import { useSaveSource, type Source, type SourceKind } from "./queries";

export function SourceDialog({ before, onClose }: { before?: Source; onClose: () => void }) {
  const me = useMe();
  const save = useSaveSource(me.tenant.id);
  const [kind, setKind] = useState<SourceKind>(before?.kind ?? "oidc");
  const [name, setName] = useState(before?.name ?? "");
  const [enabled, setEnabled] = useState(before?.enabled ?? true);
  const [settings, setSettings] = useState<Record<string, string>>(before?.settings ?? {});
  const { fields } = KINDS[kind];
  const errors = fieldErrors(save.error, ["name", ...fields.map(({ key }) => `settings.${key}`)]);
  const general = save.isError && (Object.keys(errors).length === 0 || errors[""]);
  const ready =
    name.trim() !== "" &&
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
      description="Its answers are checked before it is kept."
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
