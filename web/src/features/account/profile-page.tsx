import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";

import { fieldErrors } from "@/api/problem";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Field, Input } from "@/ui/field";
import { FormPanel } from "@/ui/form-panel";
import { Panel } from "@/ui/layout";
import { Note } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { toast } from "@/ui/toast";
import { useMe } from "../session/queries";
import { PasswordField, SHORTEST } from "../sign-in/password-field";
import { factorsQuery } from "../sign-in/queries";
import { useChangeEmail, useChangePassword, useCreateSignInLink, useRename, useVerifyAgain } from "./queries";

export function ProfilePage() {
  return (
    <Page title="Profile" quietHeading cli="stead profile" narrow>
      <div className="flex flex-col gap-4">
        <NameForm />
        <EmailForm />
        <PasswordForm />
        <SignInLinkPanel />
      </div>
    </Page>
  );
}

function NameForm() {
  const me = useMe();
  const rename = useRename();
  const [name, setName] = useState(me.user.name);
  const errors = fieldErrors(rename.error, ["name"]);
  return (
    <FormPanel
      title="Name"
      detail={
        <>
          Other members see it, and the audit log. You joined <RelativeTime at={me.user.created_at} />.
        </>
      }
      changed={name.trim() !== "" && name.trim() !== me.user.name}
      pending={rename.isPending}
      error={errors["name"] ? undefined : rename.error}
      onSubmit={() => rename.mutate(name.trim(), { onSuccess: () => toast({ title: "Name saved" }) })}
    >
      <Field label="Name" error={errors["name"]} className="max-w-sm">
        {(props) => (
          <Input
            {...props}
            autoComplete="name"
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </FormPanel>
  );
}

function EmailForm() {
  const me = useMe();
  const change = useChangeEmail();
  const again = useVerifyAgain();
  const [email, setEmail] = useState("");
  const errors = fieldErrors(change.error, ["email"]);
  const verified = me.user.email_verified;
  return (
    <FormPanel
      title="E-mail"
      detail="The new address gets a link that confirms it; the present one is told. Until then nothing changes."
      changed={/^\S+@\S+$/.test(email.trim())}
      pending={change.isPending}
      error={errors["email"] ? undefined : change.error}
      word="Change"
      onSubmit={() => change.mutate(email.trim())}
    >
      <p className="flex flex-wrap items-center gap-2">
        {me.user.email ? (
          <>
            <span className="font-medium">{me.user.email}</span>
            {verified ? <Badge tone="ok">verified</Badge> : <Badge tone="warn">not verified</Badge>}
          </>
        ) : (
          <span className="text-muted">
            You have none yet: without it you can sign in by links and passkeys only.
          </span>
        )}
      </p>
      {me.user.email && !verified ? (
        <Note
          tone="warn"
          title="Your address is not verified."
          detail={
            again.isSuccess
              ? "A fresh link is on its way."
              : "Instances can be created once you have opened the link in the mail."
          }
          action={
            <Button
              size="small"
              pending={again.isPending}
              disabled={again.isPending || again.isSuccess}
              onClick={() => again.mutate()}
            >
              Send it again
            </Button>
          }
        />
      ) : null}
      {change.isSuccess ? (
        <p role="status" className="text-ok">
          A link is on its way to {change.variables}. Open it to finish the change.
        </p>
      ) : null}
      <Field label="New address" error={errors["email"]} className="max-w-sm">
        {(props) => (
          <Input
            {...props}
            type="email"
            autoComplete="email"
            value={email}
            placeholder="you@example.org"
            onChange={(event) => {
              setEmail(event.target.value);
              if (!change.isIdle) change.reset();
            }}
          />
        )}
      </Field>
    </FormPanel>
  );
}

function PasswordForm() {
  const me = useMe();
  const factors = useQuery(factorsQuery());
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const errors = fieldErrors(change.error, ["current", "new"]);
  const has = factors.data?.password ?? true;
  return (
    <FormPanel
      title="Password"
      detail="Every other session of yours ends, and you are told by mail."
      changed={next.length >= SHORTEST && (!has || current !== "")}
      pending={change.isPending}
      error={errors["current"] || errors["new"] ? undefined : change.error}
      word={has ? "Change password" : "Set password"}
      onSubmit={() =>
        change.mutate(
          { ...(has ? { current } : {}), new: next },
          {
            onSuccess: () => {
              setCurrent("");
              setNext("");
              toast({ title: has ? "Password changed" : "Password set" });
            },
          },
        )
      }
    >
      <input
        type="text"
        className="sr-only"
        tabIndex={-1}
        aria-hidden
        autoComplete="username"
        readOnly
        value={me.user.email ?? ""}
      />
      <div className="grid max-w-2xl gap-3 sm:grid-cols-2">
        {has ? (
          <PasswordField
            label="Present password"
            value={current}
            onChange={setCurrent}
            error={errors["current"]}
          />
        ) : null}
        <PasswordField label="New password" fresh value={next} onChange={setNext} error={errors["new"]} />
      </div>
    </FormPanel>
  );
}

function SignInLinkPanel() {
  const creation = useCreateSignInLink();
  const link = creation.data;
  return (
    <Panel title="Sign in on another device">
      {link ? (
        <div className="flex flex-col gap-2">
          <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
            <code className="min-w-0 flex-1 truncate font-mono text-sm">{link.url}</code>
            <CopyButton text={link.url} label="Copy the sign-in link" />
          </div>
          <p className="text-sm text-muted">
            It works once, ends <RelativeTime at={link.expires_at} />, and signs in whoever opens it as you.
            Do not pass it on.
          </p>
        </div>
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-muted">A link that works once, for your phone or another browser.</p>
          <Button pending={creation.isPending} onClick={() => creation.mutate()}>
            <Link2 aria-hidden /> New sign-in link
          </Button>
        </div>
      )}
    </Panel>
  );
}
