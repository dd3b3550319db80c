import { useState, type SubmitEvent } from "react";

import type { Injection, Secret } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Choice, Field, Input, TextArea } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { toast } from "@/ui/toast";
import { useSetSecret, type SecretHolder } from "./queries";

const KINDS = [
  { value: "env", title: "Variable", detail: "in the environment" },
  { value: "file", title: "File", detail: "in memory, for its user alone" },
] as const;

export function SecretDialog({
  holder,
  before,
  onClose,
}: {
  holder: SecretHolder;
  before?: Secret;
  onClose: () => void;
}) {
  const setting = useSetSecret(holder);
  const [name, setName] = useState(before?.name ?? "");
  const [value, setValue] = useState("");
  const [kind, setKind] = useState<Injection["kind"]>(before?.inject.kind ?? "env");
  const [written, setWritten] = useState(before?.inject.target ?? undefined);
  const target = written ?? (kind === "env" ? name.toUpperCase().replace(/[^A-Z0-9]+/g, "_") : name);
  const errors = fieldErrors(setting.error, ["name", "value", "inject"]);
  const general = setting.isError && (Object.keys(errors).length === 0 || errors[""]);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setting.mutate(
      { name: name.trim(), value, inject: { kind, target } },
      {
        onSuccess: () => {
          toast({
            title: before ? `${name} has a new version` : `${name} is kept`,
            detail: "Instances get it at their next start.",
          });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={before ? `Set ${before.name}` : "New secret"}
      description={
        before
          ? `Makes version ${before.version + 1}. The present value cannot be shown.`
          : "The value is encrypted and never shown again."
      }
    >
      <form onSubmit={submit} noValidate className="contents">
        <DialogBody className="flex flex-col gap-4">
          {general ? <ProblemNote error={setting.error} /> : null}
          {before ? null : (
            <Field label="Name" error={errors["name"]}>
              {(props) => (
                <Input
                  {...props}
                  mono
                  autoFocus
                  value={name}
                  placeholder="database-password"
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
          )}
          <Field label="Value" error={errors["value"]} hint="As it is, line breaks included; up to 64 KiB.">
            {(props) => (
              <TextArea
                {...props}
                rows={3}
                autoFocus={Boolean(before)}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            )}
          </Field>
          <Choice
            legend="Arrives as"
            value={kind}
            onChange={(next) => {
              setKind(next);
              setWritten(undefined);
            }}
            options={KINDS}
          />
          <Field
            label={kind === "env" ? "Name of the variable" : "Name of the file in /run/secrets"}
            error={errors["inject"]}
          >
            {(props) => (
              <Input {...props} mono value={target} onChange={(event) => setWritten(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            pending={setting.isPending}
            disabled={!name.trim() || value === "" || !target || setting.isPending}
          >
            {before ? "Set the value" : "Keep secret"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
