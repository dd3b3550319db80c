import { Fingerprint } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { passkeysWork, passkeyWords } from "./passkeys";

/** A problem of the server, or what the browser said about passkeys in plain words. */
export function AdmissionProblem({ error }: { error: unknown }) {
  if (!error || (error instanceof DOMException && error.name === "AbortError")) return null;
  const words = passkeyWords(error);
  return <ProblemNote error={words ? new Error(words) : error} />;
}

export interface CodeFormProps {
  methods: readonly string[];
  pending: boolean;
  error: unknown;
  onCode: (proof: { totp: string } | { recovery_code: string }) => void;
  onPasskey: () => void;
  word?: string;
}

/** A code from the app, one of the codes on paper, or a passkey: what the account has. */
export function CodeForm({ methods, pending, error, onCode, onPasskey, word = "Continue" }: CodeFormProps) {
  const totp = methods.includes("totp");
  const paper = methods.includes("recovery_code");
  const passkey = methods.includes("passkey") && passkeysWork();
  const [onPaper, setOnPaper] = useState(!totp && paper);
  const [code, setCode] = useState("");
  const ready = onPaper ? code.trim().length >= 8 : /^\d{6}$/.test(code.replace(/\s/g, ""));

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (ready) onCode(onPaper ? { recovery_code: code.trim() } : { totp: code.replace(/\s/g, "") });
  }

  return (
    <div className="flex flex-col gap-4">
      <AdmissionProblem error={error} />
      {passkey ? (
        <Button kind={totp || paper ? "secondary" : "primary"} pending={pending} onClick={onPasskey}>
          <Fingerprint aria-hidden /> Use a passkey
        </Button>
      ) : null}
      {totp || paper ? (
        <form onSubmit={submit} className="flex flex-col gap-3">
          <Field
            label={onPaper ? "Recovery code" : "Code from your authenticator app"}
            hint={
              onPaper
                ? "One of the codes you kept when you turned the second factor on. Each works once."
                : "Six digits; a new one every 30 seconds."
            }
          >
            {(props) => (
              <Input
                {...props}
                key={onPaper ? "paper" : "app"}
                mono
                autoFocus
                inputMode={onPaper ? "text" : "numeric"}
                autoComplete="one-time-code"
                value={code}
                placeholder={onPaper ? "abcd-efgh-jkmn" : "123 456"}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" kind="primary" pending={pending} disabled={!ready || pending}>
            {word}
          </Button>
          {totp && paper ? (
            <Button
              kind="quiet"
              size="small"
              className="self-center"
              onClick={() => {
                setOnPaper(!onPaper);
                setCode("");
              }}
            >
              {onPaper ? "Use the authenticator app" : "No phone at hand? Use a recovery code"}
            </Button>
          ) : null}
        </form>
      ) : null}
      {!totp && !paper && !passkey ? (
        <p className="text-muted">
          Your account has only passkeys, which this browser or address cannot use. Open the dashboard over
          https or on localhost, or ask the operator of this installation to reset your second factor.
        </p>
      ) : null}
    </div>
  );
}
