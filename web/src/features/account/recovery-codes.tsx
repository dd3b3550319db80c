import { Check, Copy, Download } from "lucide-react";
import { useState } from "react";

import { Button } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Checkbox } from "@/ui/field";

/** The codes, each of which signs in once. Shown once. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const [kept, setKept] = useState(false);
  const [copied, setCopied] = useState(false);
  const text = `Recovery codes for Stead (${window.location.host})\nEach works once.\n\n${codes.join("\n")}\n`;
  return (
    <>
      <DialogBody className="flex flex-col gap-4">
        <ol
          data-testid="recovery-codes"
          className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-sunken px-4 py-3 font-mono text-sm"
        >
          {codes.map((code) => (
            <li key={code} className="select-all">
              {code}
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => void copyText(text).then(setCopied)}>
            {copied ? <Check aria-hidden /> : <Copy aria-hidden />} {copied ? "Copied" : "Copy"}
          </Button>
          <Button size="small" asChild>
            <a
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
              download="stead-recovery-codes.txt"
            >
              <Download aria-hidden /> Download
            </a>
          </Button>
        </div>
        <Checkbox
          label="I have put them where I find them without my phone."
          checked={kept}
          onChange={(event) => setKept(event.target.checked)}
        />
      </DialogBody>
      <DialogActions>
        <Button kind="primary" disabled={!kept} onClick={onDone}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}

export function RecoveryCodesDialog({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      // Closing by accident would lose the codes.
      onOpenChange={() => undefined}
      title="Keep these recovery codes"
      description="They are shown this once. Each signs you in once when your phone is not at hand."
    >
      <RecoveryCodes codes={codes} onDone={onClose} />
    </Dialog>
  );
}
