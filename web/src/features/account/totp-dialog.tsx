import { useState } from "react";

import type { TotpSetup } from "@/api/types";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { useConfirmTotp } from "./queries";
import { RecoveryCodes } from "./recovery-codes";

/** Scan, prove that the app works, keep the recovery codes: in this order, so that nobody locks themselves out. */
export function TotpDialog({ setup, onClose }: { setup: TotpSetup; onClose: () => void }) {
  const confirm = useConfirmTotp();
  const [code, setCode] = useState("");
  const codes = confirm.data?.recovery_codes;
  const tidy = code.replace(/\s/g, "");
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open && !codes) onClose();
      }}
      title={codes ? "Keep these recovery codes" : "Set up an authenticator app"}
      description={
        codes
          ? "They are shown this once. Each signs you in once when your phone is not at hand."
          : "Scan the picture with the app, then type the code that it shows."
      }
    >
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <form
          className="contents"
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate(tidy, {
              // Whoever had codes before keeps them.
              onSuccess: ({ recovery_codes }) => {
                if (recovery_codes.length === 0) onClose();
              },
            });
          }}
        >
          <DialogBody className="flex flex-col gap-4">
            <div className="flex flex-wrap items-center gap-4">
              <img
                alt="QR code with the secret of the authenticator app"
                src={`data:image/svg+xml;utf8,${encodeURIComponent(setup.qr_svg)}`}
                className="size-40 shrink-0 rounded-md border bg-paper p-2"
              />
              <div className="min-w-40 flex-1 text-sm text-muted">
                <p>No camera? Type this secret into the app:</p>
                <p className="mt-1 flex items-start gap-1">
                  <code data-testid="totp-secret" className="font-mono break-all text-ink select-all">
                    {setup.secret.replace(/(.{4})(?=.)/g, "$1 ")}
                  </code>
                  <CopyButton text={setup.secret} label="Copy the secret" />
                </p>
              </div>
            </div>
            <Field label="Code from the app">
              {(props) => (
                <Input
                  {...props}
                  mono
                  autoFocus
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  placeholder="123 456"
                  value={code}
                  onChange={(event) => setCode(event.target.value)}
                  className="max-w-40"
                />
              )}
            </Field>
            {confirm.isError ? <ProblemNote error={confirm.error} /> : null}
          </DialogBody>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              kind="primary"
              pending={confirm.isPending}
              disabled={!/^\d{6}$/.test(tidy) || confirm.isPending}
            >
              Turn on
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
