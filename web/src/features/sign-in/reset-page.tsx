import { Link } from "@tanstack/react-router";
import { CircleCheck, MailCheck } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { Card } from "./card";
import { PasswordField, SHORTEST } from "./password-field";
import { useAskReset, useReset } from "./queries";
import { takeToken } from "./sign-in-link";

/** Without a token the page asks for the mail; the mail's link comes back here with one. */
export function ResetPage() {
  const [token] = useState(takeToken);
  return token ? <NewPassword token={token} /> : <AskMail />;
}

const back = (
  <Link to="/sign-in" className="text-accent-ink hover:underline">
    Back to sign-in
  </Link>
);

function AskMail() {
  const asking = useAskReset();
  const [email, setEmail] = useState("");
  if (asking.isSuccess)
    return (
      <Card title="Look into your mail" foot={back}>
        <p role="status" className="flex items-start gap-2.5">
          <MailCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
          <span>
            If <strong className="font-medium">{email.trim()}</strong> belongs to an account, a link to set a
            new password is on its way. It works once.
          </span>
        </p>
        <p className="text-muted">
          Nothing after a minute? Look into the spam folder, and check the address. Nothing changes until the
          link is used.
        </p>
        <Button onClick={() => asking.reset()}>Try another address</Button>
      </Card>
    );
  return (
    <Card title="Set a new password" detail="A link in a mail proves that the account is yours." foot={back}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          asking.mutate(email.trim());
        }}
      >
        {asking.isError ? <ProblemNote error={asking.error} /> : null}
        <Field label="E-mail">
          {(props) => (
            <Input
              {...props}
              type="email"
              autoFocus
              autoComplete="username"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              placeholder="you@example.org"
            />
          )}
        </Field>
        <Button
          type="submit"
          kind="primary"
          pending={asking.isPending}
          disabled={!/^\S+@\S+$/.test(email.trim()) || asking.isPending}
        >
          Send the link
        </Button>
      </form>
    </Card>
  );
}

function NewPassword({ token }: { token: string }) {
  const reset = useReset();
  const [password, setPassword] = useState("");
  const errors = fieldErrors(reset.error, ["password"]);
  const general = reset.isError && !errors["password"];
  function submit(event: SubmitEvent) {
    event.preventDefault();
    reset.mutate({ token, password });
  }
  if (reset.isSuccess)
    return (
      <Card title="Your password is new">
        <p role="status" className="flex items-start gap-2.5">
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
          <span>Every session of yours has been ended. Sign in with the new password.</span>
        </p>
        <Button asChild kind="primary">
          <Link to="/sign-in">Sign in</Link>
        </Button>
      </Card>
    );
  return (
    <Card title="Set a new password" detail="It ends every session of yours, everywhere." foot={back}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        {general ? (
          <ProblemNote
            error={reset.error}
            action={
              <Button size="small" onClick={() => window.location.assign("/reset-password")}>
                New link
              </Button>
            }
          />
        ) : null}
        <PasswordField
          label="New password"
          fresh
          autoFocus
          value={password}
          onChange={setPassword}
          error={errors["password"]}
        />
        <Button
          type="submit"
          kind="primary"
          pending={reset.isPending}
          disabled={password.length < SHORTEST || reset.isPending}
        >
          Set the password
        </Button>
      </form>
    </Card>
  );
}
