import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import type { AuditSink } from "@/api/types";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Choice, Field, Input } from "@/ui/field";
import { Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { SecretOnce } from "@/ui/secret-once";
import { Badge } from "@/ui/state-pill";
import { sinksQuery, useAddSink, useRemoveSink } from "./queries";

const KINDS = [
  { value: "https", title: "HTTPS", detail: "JSON, batched" },
  { value: "syslog", title: "Syslog", detail: "over TLS, CEF" },
] as const;

export function SinksPanel({ mayWrite }: { mayWrite: boolean }) {
  const sinks = useQuery(sinksQuery());
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title="Forwarded to"
      flush
      actions={
        mayWrite ? (
          <Button size="small" onClick={() => setAdding(true)}>
            <Plus aria-hidden /> Add
          </Button>
        ) : null
      }
    >
      <QueryView query={sinks} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="p-4 text-muted">Nowhere. A copy elsewhere survives this server.</p>
          ) : (
            <ul className="divide-y">
              {items.map((sink) => (
                <SinkRow key={sink.id} sink={sink} mayWrite={mayWrite} />
              ))}
            </ul>
          )
        }
      </QueryView>
      {adding ? <AddSink onClose={() => setAdding(false)} /> : null}
    </Panel>
  );
}

function SinkRow({ sink, mayWrite }: { sink: AuditSink; mayWrite: boolean }) {
  const remove = useRemoveSink();
  return (
    <li className="flex items-center gap-2 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <Badge>{sink.kind}</Badge>
        <p className="mt-1 truncate font-mono text-sm" title={sink.target}>
          {sink.target}
        </p>
        {sink.waiting > 0 ? (
          <p className="text-sm text-muted">
            {sink.waiting === 1 ? "1 event waits" : `${String(sink.waiting)} events wait`}
          </p>
        ) : null}
        {sink.last_error ? <p className="text-sm text-bad">{sink.last_error}</p> : null}
      </div>
      {mayWrite ? (
        <ConfirmButton
          word="Remove"
          question="Remove it?"
          label={`Remove ${sink.target}`}
          onDo={() => remove.mutate(sink.id)}
        />
      ) : null}
    </li>
  );
}

function AddSink({ onClose }: { onClose: () => void }) {
  const add = useAddSink();
  const [kind, setKind] = useState<AuditSink["kind"]>("https");
  const [target, setTarget] = useState("");
  const errors = fieldErrors(add.error, ["target", "kind"]);
  const secret = add.data?.secret;
  const general = add.isError && (Object.keys(errors).length === 0 || errors[""]);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    add.mutate(
      { kind, target: target.trim() },
      {
        onSuccess: (made) => {
          if (!made.secret) onClose();
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
      title={secret ? "Copy the signing secret now" : "Forward audit events"}
      description={
        secret
          ? "It is shown this once. With it the receiver checks that events are from this server."
          : "Every event from now on, at least once, in order."
      }
    >
      {secret ? (
        <>
          <DialogBody>
            <SecretOnce text={secret} label="Copy the signing secret" />
          </DialogBody>
          <DialogActions>
            <Button kind="primary" onClick={onClose}>
              I have copied it
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody className="flex flex-col gap-3">
            {general ? <ProblemNote error={add.error} /> : null}
            <Choice legend="Kind" value={kind} onChange={setKind} options={KINDS} />
            <Field label="Address" error={errors["target"]}>
              {(props) => (
                <Input
                  {...props}
                  mono
                  autoFocus
                  value={target}
                  placeholder={kind === "https" ? "https://siem.example.org/events" : "logs.example.org:6514"}
                  onChange={(event) => setTarget(event.target.value)}
                />
              )}
            </Field>
          </DialogBody>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              kind="primary"
              pending={add.isPending}
              disabled={!target.trim() || add.isPending}
            >
              Forward
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
