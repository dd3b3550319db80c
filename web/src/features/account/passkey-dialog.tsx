import { useState } from "react";

import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { AdmissionProblem } from "../sign-in/second-factor";
import { browserWords } from "./browser-words";

export interface PasskeyNameDialogProps {
  title: string;
  detail?: string;
  word: string;
  before?: string;
  pending: boolean;
  error: unknown;
  onName: (name: string) => void;
  onClose: () => void;
}

export function PasskeyNameDialog({
  title,
  detail,
  word,
  before,
  pending,
  error,
  onName,
  onClose,
}: PasskeyNameDialogProps) {
  const [name, setName] = useState(() => before ?? browserWords(navigator.userAgent));
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description={detail}
    >
      <form
        className="contents"
        onSubmit={(event) => {
          event.preventDefault();
          onName(name.trim());
        }}
      >
        <DialogBody className="flex flex-col gap-3">
          <Field label="Name" hint="Say which device or manager has it, to know later which one to remove.">
            {(props) => (
              <Input
                {...props}
                autoFocus
                value={name}
                maxLength={60}
                onFocus={(event) => event.target.select()}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <AdmissionProblem error={error} />
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={pending} disabled={!name.trim() || pending}>
            {word}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
