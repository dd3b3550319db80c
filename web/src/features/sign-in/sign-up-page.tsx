import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { fieldErrors } from "@/api/problem";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ProblemNote } from "@/ui/problem-note";
import { Card } from "./card";
import { PasswordField, SHORTEST } from "./password-field";
import { authMethodsQuery, inviteQuery, useSignUp } from "./queries";
import { keptInvite } from "./sign-in-link";

const route = getRouteApi("/sign-up");

export function SignUpPage() {
  const { from } = route.useSearch();
  const methods = useQuery(authMethodsQuery());
  const [invite] = useState(keptInvite);
  const invitation = useQuery({ ...inviteQuery(invite ?? ""), enabled: Boolean(invite) });
  const creation = useSignUp();
  const [name, setName] = useState("");
  const [written, setWritten] = useState<string>();
  const [password, setPassword] = useState("");
  const email = written ?? invitation.data?.email ?? "";
  const errors = fieldErrors(creation.error, ["name", "email", "password"]);
  const general = creation.isError && (Object.keys(errors).length === 0 || errors[""]);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    creation.mutate({ name: name.trim(), email: email.trim(), password, ...(invite ? { invite } : {}) });
  }

  const signIn = (
    <>
      You have an account?{" "}
      <Link
        to="/sign-in"
        search={from ? { from } : {}}
        className="text-accent-ink underline underline-offset-2"
      >
        Sign in
      </Link>
    </>
  );
  if (creation.isSuccess)
    return (
      <Card title="Look into your mail" foot={signIn}>
        <p role="status" className="flex items-start gap-2.5">
          <MailCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
          <span>
            A mail to <strong className="font-medium">{email.trim()}</strong> has the link that verifies your
            address. Instances can be created once it is verified; you can sign in and look around before.
          </span>
        </p>
        <p className="text-muted">
          Nothing after a minute? Look into the spam folder, and check the address.
        </p>
        <Button asChild kind="primary">
          <Link to="/sign-in" search={from ? { from } : {}}>
            Go to sign-in
          </Link>
        </Button>
      </Card>
    );
  if (methods.data?.sign_up === "closed" || (methods.data?.sign_up === "invited" && !invite))
    return (
      <Card title="Sign-up is by invitation" foot={signIn}>
        <p className="text-muted">
          {methods.data.sign_up === "closed"
            ? "The operator of this installation makes the accounts. Ask them for one."
            : "Ask somebody who works here to invite you. The link in their mail brings you back to this page."}
        </p>
      </Card>
    );
  return (
    <Card
      title="Create an account"
      detail={
        invitation.data
          ? `To join ${invitation.data.tenant} as ${invitation.data.role}.`
          : "You get a tenant of your own; teams can be made or joined later."
      }
      foot={signIn}
    >
      <form onSubmit={submit} noValidate className="flex flex-col gap-3">
        {general ? <ProblemNote error={creation.error} /> : null}
        <Field label="Name" error={errors["name"]}>
          {(props) => (
            <Input
              {...props}
              autoFocus
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.target.value)}
              placeholder="Ada Byron"
            />
          )}
        </Field>
        <Field
          label="E-mail"
          error={errors["email"]}
          hint={invitation.data?.email ? "The invitation belongs to this address." : undefined}
        >
          {(props) => (
            <Input
              {...props}
              type="email"
              autoComplete="username"
              readOnly={Boolean(invitation.data?.email)}
              value={email}
              onChange={(event) => setWritten(event.target.value)}
              placeholder="you@example.org"
            />
          )}
        </Field>
        <PasswordField
          label="Password"
          fresh
          value={password}
          onChange={setPassword}
          error={errors["password"]}
        />
        <Button
          type="submit"
          kind="primary"
          pending={creation.isPending}
          disabled={!name.trim() || !email.includes("@") || password.length < SHORTEST || creation.isPending}
        >
          Create account
        </Button>
      </form>
    </Card>
  );
}
