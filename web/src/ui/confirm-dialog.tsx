import { useState, type ReactNode } from "react";

import { Button } from "./button";
import { Dialog, DialogActions, DialogBody } from "./dialog";
import { Field, Input } from "./field";
import { ProblemNote } from "./problem-note";

export interface ConfirmDialogProps {
  title: string;
  description?: ReactNode;
  /** What is lost, in words. */
  losses: readonly ReactNode[];
  /** For the big ones: what has to be typed. */
  typed?: string;
  action: string;
  keep?: string;
  pending: boolean;
  error?: unknown;
  children?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

/** Names what is lost before it is lost. */
export function ConfirmDialog({
  title,
  description,
  losses,
  typed,
  action,
  keep = "Keep it",
  pending,
  error,
  children,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const ready = typed === undefined || text === typed;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description={description}
    >
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onConfirm();
        }}
      >
        <DialogBody className="flex flex-col gap-3">
          {losses.length > 0 ? (
            <ul className="flex list-disc flex-col gap-1 rounded-md border bg-sunken py-2 pr-3 pl-7">
              {losses.map((loss, index) => (
                <li key={index}>{loss}</li>
              ))}
            </ul>
          ) : null}
          {children}
          {typed === undefined ? null : (
            <Field
              label={
                <>
                  Type <span className="font-mono">{typed}</span> to go on
                </>
              }
            >
              {(props) => (
                <Input
                  {...props}
                  mono
                  autoFocus
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              )}
            </Field>
          )}
          {error ? <ProblemNote error={error} /> : null}
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>{keep}</Button>
          <Button type="submit" kind="danger" disabled={!ready || pending} pending={pending}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
