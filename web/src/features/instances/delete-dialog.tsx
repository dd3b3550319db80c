import { Link } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";

import type { Instance } from "@/api/types";
import { bytes, plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { toast } from "@/ui/toast";
import { useInstanceAction } from "./queries";

export interface DeleteDialogProps {
  instances: readonly Instance[];
  onClose: () => void;
  onDeleted?: () => void;
}

/** Names what is lost and wants the name typed. */
export function DeleteDialog({ instances, onClose, onDeleted }: DeleteDialogProps) {
  const deletion = useInstanceAction();
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<unknown>();
  const single = instances.length === 1 ? instances[0] : undefined;
  const wanted = single?.name ?? `delete ${instances.length}`;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (typed !== wanted) return;
    setFailure(undefined);
    try {
      for (const instance of instances) {
        const { operation } = await deletion.mutateAsync({ action: "delete", id: instance.id });
        toast({
          title: `${instance.name} is being deleted`,
          action: (
            <Link
              to="/operations/$operation"
              params={{ operation: operation.id }}
              className="text-accent-ink hover:underline"
            >
              Show the steps
            </Link>
          ),
        });
      }
      onDeleted?.();
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={single ? `Delete ${single.name}?` : `Delete ${instances.length} instances?`}
      description="This cannot be undone. What is lost:"
    >
      <form onSubmit={(event) => void submit(event)} className="contents">
        <DialogBody className="flex flex-col gap-3">
          <ul className="flex flex-col gap-2 rounded-md border bg-sunken px-3 py-2">
            {instances.map((instance) => (
              <li key={instance.id}>
                {single ? null : <span className="font-medium">{instance.name}: </span>}
                <Losses instance={instance} single={Boolean(single)} />
              </li>
            ))}
          </ul>
          <Field
            label={
              <>
                Type <span className="font-mono">{wanted}</span> to go on
              </>
            }
          >
            {(props) => (
              <Input
                {...props}
                mono
                autoFocus
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          {failure ? <ProblemNote error={failure} /> : null}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" kind="danger" disabled={typed !== wanted} pending={deletion.isPending}>
            {single ? `Delete ${single.name}` : `Delete ${instances.length} instances`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Losses({ instance, single }: { instance: Instance; single: boolean }) {
  const size = instance.usage?.disk_bytes;
  return (
    <span>
      {single ? "Its" : "its"} files{size === undefined ? "" : ` (${bytes(size)})`}, also what was never
      pushed; its terminals and console output
      {instance.ports.length > 0
        ? `; ${plural(instance.ports.length, "preview address", "preview addresses")}`
        : ""}
      .
    </span>
  );
}
