import { useNavigate } from "@tanstack/react-router";
import { useState, type SubmitEvent, type ReactNode } from "react";

import { fieldErrors } from "@/api/problem";
import type { Instance, UpdateInstance } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { CliLine } from "@/ui/copy";
import { Field, Input, Select, TextArea } from "@/ui/field";
import { Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { toast } from "@/ui/toast";
import { useMay } from "../session/queries";
import { DeleteDialog } from "./delete-dialog";
import { formatEnv, parseEnv } from "./env-text";
import { useShownInstance } from "./instance-page";
import { useUpdateInstance } from "./queries";
import { ResourceFields, readResources, resourceText } from "./resource-fields";

export function SettingsTab() {
  const instance = useShownInstance();
  const mayWrite = useMay("instance:write");
  const [deleting, setDeleting] = useState(false);
  const navigate = useNavigate();
  if (!instance) return null;
  // The key fills the forms anew when somebody else changed the settings.
  const key = `${instance.id}:${instance.version}`;
  return (
    <Page
      title={`Settings of ${instance.name}`}
      heading="Settings"
      quietHeading
      cli={`stead rename ${instance.name} NEW-NAME`}
      narrow
    >
      <fieldset disabled={!mayWrite} className="flex min-w-0 flex-col gap-4">
        {mayWrite ? null : (
          <p className="text-muted">Your role may look at these settings but not change them.</p>
        )}
        <NameForm key={`name:${key}`} instance={instance} />
        <ResourcesForm key={`resources:${key}`} instance={instance} />
        <EnvForm key={`env:${key}`} instance={instance} />
        <IdleForm key={`idle:${key}`} instance={instance} />
        <section className="rounded-lg border border-bad-mark/40 bg-surface p-4">
          <h2 className="font-semibold">Delete this instance</h2>
          <p className="mt-1 mb-3 max-w-prose text-muted">
            Its files, terminals, console output and preview addresses go for good. Work that was not pushed
            is lost.
          </p>
          <div className="flex flex-wrap items-center gap-3">
            <Button
              kind="danger"
              onClick={() => setDeleting(true)}
              disabled={instance.state.phase === "deleting"}
            >
              Delete {instance.name}…
            </Button>
            <CliLine command={`stead delete ${instance.name}`} />
          </div>
        </section>
      </fieldset>
      {deleting ? (
        <DeleteDialog
          instances={[instance]}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: "/instances" })}
        />
      ) : null}
    </Page>
  );
}

interface FormProps {
  title: string;
  detail: string;
  changed: boolean;
  update: ReturnType<typeof useUpdateInstance>;
  /** The change to send, or undefined when the form shows an error itself. */
  read: () => UpdateInstance | undefined;
  known: string[];
  children: (errors: Record<string, string>) => ReactNode;
}

function SettingsForm({ title, detail, changed, update, read, known, children }: FormProps) {
  const errors = fieldErrors(update.error, known);
  const general = update.isError && (Object.keys(errors).length === 0 || errors[""]);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const change = read();
    if (change) update.mutate(change, { onSuccess: () => toast({ title: `${title} saved` }) });
  }
  return (
    <Panel title={title}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        {children(errors)}
        {general ? <ProblemNote error={update.error} /> : null}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-sm text-faint">{detail}</p>
          <Button
            type="submit"
            kind={changed ? "primary" : "secondary"}
            disabled={!changed}
            pending={update.isPending}
          >
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function NameForm({ instance }: { instance: Instance }) {
  const update = useUpdateInstance(instance);
  const [name, setName] = useState(instance.name);
  return (
    <SettingsForm
      title="Name"
      detail="Preview addresses carry the name: they change with it."
      changed={name.trim() !== instance.name}
      update={update}
      known={["name"]}
      read={() => ({ name: name.trim() })}
    >
      {(errors) => (
        <Field label="Name" error={errors["name"]} className="max-w-sm">
          {(props) => <Input {...props} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
      )}
    </SettingsForm>
  );
}

function ResourcesForm({ instance }: { instance: Instance }) {
  const update = useUpdateInstance(instance);
  const before = resourceText(instance.resources);
  const [text, setText] = useState(before);
  const [wrong, setWrong] = useState<string>();
  return (
    <SettingsForm
      title="Resources"
      detail="Taken at once where the kernel allows it, else at the next start."
      changed={JSON.stringify(text) !== JSON.stringify(before)}
      update={update}
      known={["resources"]}
      read={() => {
        const { resources, error } = readResources(text);
        setWrong(error);
        return resources ? { resources } : undefined;
      }}
    >
      {(errors) => (
        <>
          <ResourceFields value={text} onChange={setText} className="max-w-md" />
          {(wrong ?? errors["resources"]) ? (
            <p role="alert" className="text-sm text-bad">
              {wrong ?? errors["resources"]}
            </p>
          ) : null}
        </>
      )}
    </SettingsForm>
  );
}

function EnvForm({ instance }: { instance: Instance }) {
  const update = useUpdateInstance(instance);
  const before = formatEnv(instance.env);
  const [text, setText] = useState(before);
  const [wrong, setWrong] = useState<string>();
  return (
    <SettingsForm
      title="Environment"
      detail="New terminals and the next start see the change. This is no place for secrets: whoever may see the instance sees these values."
      changed={text !== before}
      update={update}
      known={["env"]}
      read={() => {
        const { env, error } = parseEnv(text);
        setWrong(error);
        return error ? undefined : { env };
      }}
    >
      {(errors) => (
        <Field label="Variables, one NAME=value a line" error={wrong ?? errors["env"]}>
          {(props) => (
            <TextArea
              {...props}
              rows={Math.min(12, Math.max(4, text.split("\n").length + 1))}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      )}
    </SettingsForm>
  );
}

const IDLE = [
  { seconds: 0, words: "Never" },
  { seconds: 15 * 60, words: "After 15 minutes" },
  { seconds: 30 * 60, words: "After 30 minutes" },
  { seconds: 3600, words: "After 1 hour" },
  { seconds: 4 * 3600, words: "After 4 hours" },
  { seconds: 24 * 3600, words: "After a day" },
];

function IdleForm({ instance }: { instance: Instance }) {
  const update = useUpdateInstance(instance);
  const before = instance.idle_timeout_seconds ?? 0;
  const [seconds, setSeconds] = useState(before);
  const known = IDLE.some((choice) => choice.seconds === before);
  return (
    <SettingsForm
      title="Idle stop"
      detail="Idle means: no terminal in use, no preview opened."
      changed={seconds !== before}
      update={update}
      known={["idle_timeout_seconds"]}
      read={() => ({ idle_timeout_seconds: seconds })}
    >
      {(errors) => (
        <Field label="Stop when idle" error={errors["idle_timeout_seconds"]} className="max-w-sm">
          {(props) => (
            <Select {...props} value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
              {known ? null : <option value={before}>{`After ${before} seconds`}</option>}
              {IDLE.map((choice) => (
                <option key={choice.seconds} value={choice.seconds}>
                  {choice.words}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </SettingsForm>
  );
}
