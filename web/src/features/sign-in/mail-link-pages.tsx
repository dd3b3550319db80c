import { Link } from "@tanstack/react-router";
import { CircleCheck, LoaderCircle, LogIn } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/ui/button";
import { Note } from "@/ui/problem-note";
import { Card } from "./card";
import { provePasskey, useAdmission, useConfirmMail, useEnter, ways } from "./queries";
import { AdmissionProblem, CodeForm } from "./second-factor";
import { takeToken } from "./sign-in-link";

export function VerifyEmailPage() {
  return (
    <ConfirmMail
      what="verify-email"
      title="Verify your e-mail"
      done="Your address is verified. You can create instances now."
      again="Sign in and ask for a fresh link on the account page."
    />
  );
}

export function ConfirmEmailPage() {
  return (
    <ConfirmMail
      what="confirm-email"
      title="Confirm your new e-mail"
      done="Your account has the new address; the old one was told. Every session was ended: sign in again."
      again="Sign in and start the change again on the account page."
    />
  );
}

interface ConfirmMailProps {
  what: "verify-email" | "confirm-email";
  title: string;
  done: string;
  again: string;
}

function ConfirmMail({ what, title, done, again }: ConfirmMailProps) {
  const [token] = useState(takeToken);
  const confirmation = useConfirmMail(what);
  const used = useRef(false);
  useEffect(() => {
    if (!token || used.current) return;
    used.current = true;
    confirmation.mutate(token);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a link is used once
  }, [token]);
  const go = (
    <Button asChild kind="primary">
      <Link to="/instances">Go to the dashboard</Link>
    </Button>
  );
  if (!token)
    return (
      <Card title={title}>
        <Note
          tone="warn"
          title="This address lacks its secret part."
          detail={`Open the link in the mail. ${again}`}
        />
        {go}
      </Card>
    );
  return (
    <Card title={title}>
      {confirmation.isSuccess ? (
        <p role="status" className="flex items-start gap-2.5">
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" /> {done}
        </p>
      ) : confirmation.isError ? (
        <AdmissionProblem error={confirmation.error} />
      ) : (
        <p role="status" className="flex items-center gap-2 text-muted">
          <LoaderCircle aria-hidden className="size-4 animate-turn" /> Checking the link.
        </p>
      )}
      {confirmation.isSuccess || confirmation.isError ? go : null}
    </Card>
  );
}

/** A press is wanted: programs that look into mails follow links, and this one works only once. */
export function MagicLinkPage() {
  const [token] = useState(takeToken);
  const admission = useAdmission();
  const enter = useEnter(undefined);
  const [second, setSecond] = useState<{ pending: string; methods: string[] }>();
  const admit = (way: Parameters<typeof admission.mutate>[0]) =>
    admission.mutate(way, {
      onSuccess: (answer) => (answer.kind === "signed_in" ? enter() : setSecond(answer)),
    });
  const busy = admission.isPending || admission.data?.kind === "signed_in";
  const back = (
    <Link to="/sign-in" className="text-accent-ink hover:underline">
      Other ways to sign in
    </Link>
  );
  if (second)
    return (
      <Card title="One more proof" detail="Your account is protected by a second factor." foot={back}>
        <CodeForm
          methods={second.methods}
          pending={busy}
          error={admission.error}
          word="Sign in"
          onCode={(proof) => admit(() => ways.secondFactor(second.pending, proof))}
          onPasskey={() =>
            admit(async () =>
              ways.secondFactor(second.pending, { passkey: await provePasskey(second.pending) }),
            )
          }
        />
      </Card>
    );
  return (
    <Card title="Sign in with this link" foot={back}>
      {token ? (
        <>
          <AdmissionProblem error={admission.error} />
          {admission.isError ? null : (
            <>
              <p className="text-muted">The link works once, in this browser, now.</p>
              <Button
                kind="primary"
                autoFocus
                pending={busy}
                disabled={busy}
                onClick={() => admit(() => ways.magicLink(token))}
              >
                <LogIn aria-hidden /> Sign in
              </Button>
            </>
          )}
        </>
      ) : (
        <Note
          tone="warn"
          title="This address lacks its secret part."
          detail="Open the link in the mail, or ask for a new one on the sign-in page."
        />
      )}
    </Card>
  );
}
