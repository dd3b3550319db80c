import { ExternalLink, Globe, Lock, Plug, Plus } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { describe, fieldErrors } from "@/api/problem";
import type { Instance, Port } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { CliBlock, CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Choice, Field, Input } from "@/ui/field";
import { EmptyState } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { Badge, StateMark } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { useShownInstance } from "../instances/instance-page";
import { safeHref } from "../instances/words";
import { useMay } from "../session/queries";
import { useSetPort } from "./queries";

export function PortsTab() {
  const instance = useShownInstance();
  return instance ? <Ports instance={instance} /> : null;
}

function Ports({ instance }: { instance: Instance }) {
  const mayWrite = useMay("instance:write");
  const [adding, setAdding] = useState(false);
  const add = mayWrite ? (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden /> Add port
    </Button>
  ) : null;
  return (
    <Page
      title={`Ports of ${instance.name}`}
      heading={<span className="text-lg">Ports and previews</span>}
      detail="What listens inside gets an address here. Private ones open only for members who are signed in."
      cli={`stead ports ${instance.name}`}
      actions={instance.ports.length > 0 ? add : null}
    >
      <div className="overflow-hidden rounded-lg border bg-surface">
        {instance.ports.length === 0 ? (
          <EmptyState icon={<Plug aria-hidden />} title="Nothing listens yet" action={add}>
            <p>Start a server in a terminal and its port appears here with a preview address. For example:</p>
            <CliBlock command={`stead exec ${instance.name} -- python3 -m http.server 8000`} />
          </EmptyState>
        ) : (
          <Table label="Ports" head={["Port", "Preview address", "State", "Who may open it"]}>
            {instance.ports.map((port) => (
              <PortRow key={port.port} instance={instance} port={port} mayWrite={mayWrite} />
            ))}
          </Table>
        )}
      </div>
      {adding ? <AddPort instance={instance} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function PortRow({ instance, port, mayWrite }: { instance: Instance; port: Port; mayWrite: boolean }) {
  const change = useSetPort(instance);
  const isPublic = port.visibility === "public";
  return (
    <Row>
      <Cell className="max-md:w-full">
        <span className="font-mono font-medium">{port.port}</span>
        {port.label ? <span className="ml-2 text-muted">{port.label}</span> : null}
        {port.declared ? null : (
          <span className="ml-2">
            <Badge>detected</Badge>
          </span>
        )}
      </Cell>
      <Cell className="max-w-96 max-md:w-full">
        <span className="flex min-w-0 items-center gap-1">
          <a
            href={safeHref(port.preview_url)}
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-w-0 items-center gap-1.5 font-mono text-sm text-accent-ink hover:underline"
          >
            <span className="truncate">{port.preview_url}</span>
            <ExternalLink aria-hidden className="size-3.5 shrink-0" />
          </a>
          <CopyButton text={port.preview_url} label={`Copy the address of port ${port.port}`} />
        </span>
      </Cell>
      <Cell>
        <span className="inline-flex items-center gap-1.5 text-sm text-muted">
          <StateMark shape={port.listening ? "full" : "ring"} tone={port.listening ? "ok" : "still"} />
          {port.listening ? "Listening" : "Not listening"}
        </span>
      </Cell>
      <Cell className="max-md:ml-auto">
        <div
          role="group"
          aria-label={`Who may open port ${port.port}`}
          className="inline-flex rounded-md border border-line-strong p-0.5"
        >
          {(["private", "public"] as const).map((visibility) => {
            const Icon = visibility === "public" ? Globe : Lock;
            return (
              <button
                key={visibility}
                type="button"
                disabled={!mayWrite}
                aria-pressed={port.visibility === visibility}
                onClick={() =>
                  port.visibility !== visibility &&
                  change.mutate(
                    { port: port.port, visibility },
                    {
                      onSuccess: () =>
                        toast({
                          title: isPublic
                            ? `Port ${port.port} is private again`
                            : `Port ${port.port} is public`,
                          detail: isPublic
                            ? "Only members who are signed in may open it."
                            : "Anyone who has the address may open it.",
                        }),
                      onError: (error) =>
                        toast({
                          tone: "bad",
                          title: "The visibility did not change",
                          detail: describe(error),
                        }),
                    },
                  )
                }
                className="inline-flex h-6 items-center gap-1.5 rounded-sm px-2 text-sm text-muted transition-colors hover:text-ink aria-pressed:bg-still-soft aria-pressed:font-medium aria-pressed:text-ink max-md:h-8"
              >
                <Icon aria-hidden className="size-3.5" />
                {visibility === "public" ? "Public" : "Private"}
              </button>
            );
          })}
        </div>
      </Cell>
    </Row>
  );
}

function AddPort({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const change = useSetPort(instance);
  const [port, setPort] = useState("");
  const [label, setLabel] = useState("");
  const [visibility, setVisibility] = useState<"private" | "public">("private");
  const [wrong, setWrong] = useState<string>();
  const errors = fieldErrors(change.error, ["port", "label", "visibility"]);
  const general = change.isError && (Object.keys(errors).length === 0 || errors[""]);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const number = Number(port);
    if (!/^\d+$/.test(port.trim()) || number < 1 || number > 65_535) {
      setWrong("A port is a number from 1 to 65535.");
      return;
    }
    setWrong(undefined);
    change.mutate(
      { port: number, visibility, ...(label.trim() ? { label: label.trim() } : {}) },
      { onSuccess: onClose },
    );
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Add a port"
      description="It gets its preview address now, before anything listens."
    >
      <form onSubmit={submit} className="contents" noValidate>
        <DialogBody className="flex flex-col gap-4">
          {general ? <ProblemNote error={change.error} /> : null}
          <div className="grid grid-cols-[7rem_1fr] gap-3">
            <Field label="Port" error={wrong ?? errors["port"]}>
              {(props) => (
                <Input
                  {...props}
                  autoFocus
                  mono
                  inputMode="numeric"
                  value={port}
                  onChange={(event) => setPort(event.target.value)}
                  placeholder="8000"
                />
              )}
            </Field>
            <Field label="Label" optional error={errors["label"]}>
              {(props) => (
                <Input
                  {...props}
                  value={label}
                  onChange={(event) => setLabel(event.target.value)}
                  placeholder="web"
                />
              )}
            </Field>
          </div>
          <Choice
            legend="Who may open it"
            value={visibility}
            onChange={setVisibility}
            options={[
              { value: "private", title: "Private", detail: "Members, signed in" },
              { value: "public", title: "Public", detail: "Anyone with the address" },
            ]}
          />
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={change.isPending}>
            Add port
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
