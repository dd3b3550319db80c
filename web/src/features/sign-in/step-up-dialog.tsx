import { useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { Button } from "@/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { useMe } from "../session/queries";
import { passkeysWork } from "./passkeys";
import { PasswordField } from "./password-field";
import { factorsQuery, useSignInAgain, useStepUp } from "./queries";
import { AdmissionProblem } from "./second-factor";

/** Where nothing can be proven on the spot, signing in anew is the proof. */
function SignInAgain({ onCancel }: { onCancel: () => void }) {
  const again = useSignInAgain();
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onCancel();
      }}
      title="Sign in again first"
      description="What you are about to do cannot be done by an open browser alone: it wants a sign-in of the last ten minutes."
    >
      <DialogBody className="flex flex-col gap-4">
        {again.isError ? <ProblemNote error={again.error} /> : null}
        <p className="text-muted">You come back to this page. Then start the action once more.</p>
      </DialogBody>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" autoFocus pending={again.isPending} onClick={() => again.mutate()}>
          Sign in again
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Asks for a fresh proof before something that cannot be taken back. The request that wanted it goes on afterwards. */
export function StepUpDialog({ onDone }: { onDone: (proven: boolean) => void }) {
  const me = useMe();
  const factors = useQuery(factorsQuery());
  const stepUp = useStepUp();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [byCode, setByCode] = useState(false);
  const has = factors.data;
  const passkey = (has?.passkeys ?? 0) > 0 && passkeysWork();
  const useCode = Boolean(has?.totp) && (byCode || !has?.password);
  const tidy = code.replace(/\s/g, "");
  const ready = useCode ? /^\d{6}$/.test(tidy) : password !== "";
  if (has && !passkey && !has.password && !has.totp) return <SignInAgain onCancel={() => onDone(false)} />;

  function prove(proof: Parameters<typeof stepUp.mutate>[0]) {
    stepUp.mutate(proof, { onSuccess: () => onDone(true) });
  }
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (ready) prove(useCode ? { totp: tidy } : { password });
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onDone(false);
      }}
      title="Confirm that it is you"
      description="What you are about to do cannot be done by an open browser alone. This lasts ten minutes."
    >
      <form onSubmit={submit} className="contents">
        <DialogBody className="flex flex-col gap-4">
          <AdmissionProblem error={stepUp.error} />
          {factors.isPending ? <SkeletonRows rows={2} /> : null}
          {factors.isError ? <ProblemNote error={factors.error} /> : null}
          {passkey ? (
            <Button
              autoFocus
              kind={has?.password || has?.totp ? "secondary" : "primary"}
              disabled={stepUp.isPending}
              onClick={() => prove("passkey")}
            >
              <Fingerprint aria-hidden /> Use a passkey
            </Button>
          ) : null}
          {/* Password managers want to know whose password it is. */}
          <input
            type="text"
            className="sr-only"
            tabIndex={-1}
            aria-hidden
            autoComplete="username"
            readOnly
            value={me.user.email ?? ""}
          />
          {useCode ? (
            <Field label="Code from your authenticator app">
              {(props) => (
                <Input
                  {...props}
                  mono
                  autoFocus={!passkey}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  placeholder="123 456"
                  value={code}
                  onChange={(event) => setCode(event.target.value)}
                />
              )}
            </Field>
          ) : has?.password ? (
            <PasswordField label="Password" autoFocus={!passkey} value={password} onChange={setPassword} />
          ) : null}
          {has?.totp && has.password ? (
            <Button kind="quiet" size="small" className="self-start" onClick={() => setByCode(!byCode)}>
              {useCode ? "Use the password" : "Use the authenticator app"}
            </Button>
          ) : null}
        </DialogBody>
        <DialogActions>
          <Button onClick={() => onDone(false)}>Cancel</Button>
          {has?.password || has?.totp ? (
            <Button
              type="submit"
              kind="primary"
              pending={stepUp.isPending}
              disabled={!ready || stepUp.isPending}
            >
              Confirm
            </Button>
          ) : null}
        </DialogActions>
      </form>
    </Dialog>
  );
}
