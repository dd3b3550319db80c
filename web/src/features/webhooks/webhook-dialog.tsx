import { useQuery } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";

import type { Webhook, WebhookKind } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox, Choice, Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { SecretOnce } from "@/ui/secret-once";
import { useChangeWebhook, useCreateWebhook, webhooksQuery } from "./queries";

const KINDS = [
  { value: "standard", title: "Webhook", detail: "signed JSON" },
  { value: "discord", title: "Discord", detail: "a channel" },
  { value: "slack", title: "Slack", detail: "a channel" },
] as const;

/** Makes one, or changes `before`. */
export function WebhookDialog({ before, onClose }: { before?: Webhook; onClose: () => void }) {
  const creation = useCreateWebhook();
  const change = useChangeWebhook(before?.id ?? "");
  const [name, setName] = useState(before?.name ?? "");
  const [kind, setKind] = useState<WebhookKind>(before?.kind ?? "standard");
  // What the server shows of an address may lack its secret part, so it is not sent back: empty means unchanged.
  const [url, setUrl] = useState("");
  const [all, setAll] = useState(before ? before.events.length === 0 : true);
  const [events, setEvents] = useState<ReadonlySet<string>>(new Set(before?.events ?? ["instance.failed"]));
  const failure = creation.error ?? change.error;
  const errors = fieldErrors(failure, ["name", "url", "events"]);
  const general = failure && (Object.keys(errors).length === 0 || errors[""]);
  const pending = creation.isPending || change.isPending;
  const made = creation.data;
  const types = useQuery(webhooksQuery()).data?.event_types ?? [];
  // Beginnings such as `instance.*` stand in no list; they stay what they are.
  const others = [...events].filter((event) => !types.some(({ type }) => type === event));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const input = { name: name.trim(), events: all ? [] : [...events] };
    const address = url.trim();
    if (before) change.mutate({ ...input, ...(address ? { url: address } : {}) }, { onSuccess: onClose });
    else
      creation.mutate(
        { ...input, url: address, kind },
        {
          onSuccess: (answer) => {
            if (!answer.secret) onClose();
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
      title={made ? "Copy the signing secret now" : before ? `Change ${before.name}` : "New webhook"}
      description={
        made
          ? "It is shown this once. With it your program checks that a message is from this server."
          : "Stead sends what happens to an address of yours."
      }
    >
      {made?.secret ? (
        <>
          <DialogBody>
            <SecretOnce text={made.secret} label="Copy the signing secret" />
          </DialogBody>
          <DialogActions>
            <Button kind="primary" onClick={onClose}>
              I have copied it
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody className="flex flex-col gap-4">
            {general ? <ProblemNote error={failure} /> : null}
            {before ? null : <Choice legend="Kind" value={kind} onChange={setKind} options={KINDS} />}
            <Field label="Name" error={errors["name"]}>
              {(props) => (
                <Input
                  {...props}
                  autoFocus
                  value={name}
                  placeholder="deploy bot"
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field
              label="Address"
              error={errors["url"]}
              hint={
                before
                  ? "Empty: stays as it is."
                  : kind === "standard"
                    ? "A public https address that answers 2xx."
                    : `The webhook address that ${kind === "discord" ? "Discord" : "Slack"} gave you for the channel.`
              }
            >
              {(props) => (
                <Input
                  {...props}
                  mono
                  type="url"
                  value={url}
                  placeholder={before?.url ?? "https://example.org/hooks/stead"}
                  onChange={(event) => setUrl(event.target.value)}
                />
              )}
            </Field>
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1 text-sm font-medium">Events</legend>
              <Checkbox
                label="All, also those that come later"
                checked={all}
                onChange={(event) => setAll(event.target.checked)}
              />
              {all ? null : (
                <div className="flex flex-col gap-1.5 rounded-md border p-3">
                  {[...types, ...others.map((type) => ({ type, title: "" }))].map(
                    ({ type: key, title: words }) => (
                      <Checkbox
                        key={key}
                        checked={events.has(key)}
                        onChange={(event) => {
                          const next = new Set(events);
                          if (event.target.checked) next.add(key);
                          else next.delete(key);
                          setEvents(next);
                        }}
                        label={
                          <>
                            <code className="font-mono text-sm">{key}</code>
                            <span className="ml-2 text-sm text-muted">{words}</span>
                          </>
                        }
                      />
                    ),
                  )}
                </div>
              )}
              {errors["events"] ? (
                <p role="alert" className="text-sm text-bad">
                  {errors["events"]}
                </p>
              ) : null}
            </fieldset>
          </DialogBody>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              kind="primary"
              pending={pending}
              disabled={!name.trim() || (!before && !url.trim()) || (!all && events.size === 0) || pending}
            >
              {before ? "Save" : "Create webhook"}
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
