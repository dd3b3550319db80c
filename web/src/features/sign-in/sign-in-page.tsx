import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Building2, Fingerprint, LoaderCircle, LogIn, Mail, MailCheck } from "lucide-react";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import type { AuthMethods, AuthSource, SignInAnswer } from "@/api/types";
import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { Field, Input } from "@/ui/field";
import { Skeleton } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { problemWords, takePending } from "../sources/problems";
import { Card, Or } from "./card";
import { DirectoryFields, isFilled } from "./directory-fields";
import { passkeysWork, suggestionsWork } from "./passkeys";
import { PasswordField } from "./password-field";
import { authMethodsQuery, provePasskey, useAdmission, useAskMagicLink, useEnter, ways } from "./queries";
import { AdmissionProblem, CodeForm } from "./second-factor";
import { takeToken, tokenFrom } from "./sign-in-link";

const route = getRouteApi("/sign-in");

type Way = () => Promise<SignInAnswer>;

export function SignInPage() {
  const { from, tenant, problem } = route.useSearch();
  const admission = useAdmission();
  const enter = useEnter(from);
  // Who comes back from another source with a second factor still to show.
  const [second, setSecond] = useState<{ pending: string; methods: string[] } | undefined>(takePending);
  const used = useRef(false);
  // Taken once: it is removed from the address and the history at the same time.
  const [token] = useState(takeToken);

  function admit(way: Way) {
    admission.mutate(way, {
      onSuccess: (answer) => (answer.kind === "signed_in" ? enter() : setSecond(answer)),
    });
  }

  useEffect(() => {
    if (!token || used.current) return;
    used.current = true;
    admit(() => ways.link(token));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a link is used once
  }, [token]);

  if (second)
    return (
      <Card title="One more proof" detail="Your account is protected by a second factor.">
        <CodeForm
          methods={second.methods}
          pending={admission.isPending || admission.data?.kind === "signed_in"}
          error={admission.error}
          onCode={(proof) => admit(() => ways.secondFactor(second.pending, proof))}
          onPasskey={() =>
            admit(async () =>
              ways.secondFactor(second.pending, { passkey: await provePasskey(second.pending) }),
            )
          }
          word="Sign in"
        />
        <Button kind="quiet" size="small" className="self-center" onClick={() => window.location.reload()}>
          Sign in as somebody else
        </Button>
      </Card>
    );
  if (token && (admission.isPending || admission.isIdle || admission.isSuccess))
    return (
      <Card title="Signing you in">
        <p role="status" className="flex items-center gap-2 text-muted">
          <LoaderCircle aria-hidden className="size-4 animate-turn" /> Checking the link.
        </p>
      </Card>
    );
  return <Ways from={from} tenant={tenant} problem={problem} admission={admission} onAdmit={admit} />;
}

interface WaysProps {
  from: string | undefined;
  tenant: string | undefined;
  problem: string | undefined;
  admission: ReturnType<typeof useAdmission>;
  onAdmit: (way: Way) => void;
}

function Ways({ from, tenant, problem, admission, onAdmit }: WaysProps) {
  const query = useQuery(authMethodsQuery(tenant));
  const [why, what] = problem ? problemWords(problem) : [];
  const methods = query.data;
  const busy = admission.isPending || admission.isSuccess;
  const [directory, setDirectory] = useState<AuthSource>();
  const [sent, setSent] = useState<string>();

  if (sent) return <MailSent email={sent} onBack={() => setSent(undefined)} />;
  if (directory)
    return (
      <DirectoryForm
        source={directory}
        admission={admission}
        onAdmit={onAdmit}
        onBack={() => setDirectory(undefined)}
      />
    );
  const byMail = methods?.password ?? methods?.magic_link ?? false;
  const byKey = Boolean(methods?.passkeys && passkeysWork());
  return (
    <Card
      title="Sign in"
      foot={
        methods && methods.sign_up !== "closed" ? (
          <>
            New here?{" "}
            <Link
              to="/sign-up"
              search={from ? { from } : {}}
              className="text-accent-ink underline underline-offset-2"
            >
              {methods.sign_up === "open" ? "Create an account" : "Use your invitation"}
            </Link>
          </>
        ) : null
      }
    >
      {why && admission.isIdle ? <Note tone="bad" title={why} detail={what} /> : null}
      <AdmissionProblem error={admission.error} />
      {query.isPending ? (
        <div role="status" aria-label="Loading" className="flex flex-col gap-3">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
        </div>
      ) : null}
      {query.isError ? (
        <ProblemNote
          error={query.error}
          action={
            <Button size="small" onClick={() => void query.refetch()}>
              Try again
            </Button>
          }
        />
      ) : null}
      {methods && byMail ? (
        <MailForm methods={methods} busy={busy} onAdmit={onAdmit} onSent={setSent} />
      ) : null}
      {byMail && (byKey || (methods?.sources.length ?? 0) > 0) ? <Or /> : null}
      {byKey || (methods?.sources.length ?? 0) > 0 ? (
        <div className="flex flex-col gap-2">
          {byKey ? (
            <Button disabled={busy} onClick={() => onAdmit(() => ways.passkey())}>
              <Fingerprint aria-hidden /> Sign in with a passkey
            </Button>
          ) : null}
          {methods?.sources.map((source) => (
            <SourceButton key={source.id} source={source} from={from} onDirectory={setDirectory} />
          ))}
        </div>
      ) : null}
      {query.isPending ? null : (
        <LinkForm only={!byMail} busy={busy} onToken={(token) => onAdmit(() => ways.link(token))} />
      )}
    </Card>
  );
}

/** A little less than the server's five minutes; then the browser gets a new one. */
const CHALLENGE_LASTS = 4.5 * 60_000;

function MailForm({
  methods,
  busy,
  onAdmit,
  onSent,
}: {
  methods: AuthMethods;
  busy: boolean;
  onAdmit: (way: Way) => void;
  onSent: (email: string) => void;
}) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const asking = useAskMagicLink();
  const mailed = /^\S+@\S+$/.test(email.trim());
  const suggest = methods.passkeys;
  const [round, setRound] = useState(0);
  const latest = useRef(onAdmit);
  useEffect(() => {
    latest.current = onAdmit;
  });
  // Passkeys among the suggestions of the e-mail field; given up as soon as the page is left or another way is tried, because
  // browsers refuse a second question about passkeys while one is open.
  useEffect(() => {
    if (!suggest || busy) return;
    const ended = new AbortController();
    const renewal = setTimeout(() => setRound(round + 1), CHALLENGE_LASTS);
    void suggestionsWork().then(async (work) => {
      if (!work || ended.signal.aborted) return;
      try {
        const proof = await provePasskey(undefined, { suggest: true, signal: ended.signal });
        latest.current(() => ways.passkeyProof(proof));
      } catch {
        // Nobody chose one; the other ways stay.
      }
    });
    return () => {
      clearTimeout(renewal);
      ended.abort();
    };
  }, [suggest, busy, round]);

  function askLink() {
    asking.mutate(email.trim(), { onSuccess: () => onSent(email.trim()) });
  }
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (!mailed) return;
    if (methods.password) onAdmit(() => ways.password({ email: email.trim(), password }));
    else askLink();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {asking.isError ? <ProblemNote error={asking.error} /> : null}
      <Field label="E-mail">
        {(props) => (
          <Input
            {...props}
            type="email"
            name="email"
            autoFocus
            autoComplete={suggest ? "username webauthn" : "username"}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            placeholder="you@example.org"
          />
        )}
      </Field>
      {methods.password ? (
        <PasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          aside={
            <Link to="/reset-password" className="text-accent-ink hover:underline">
              Forgotten?
            </Link>
          }
        />
      ) : null}
      {methods.password ? (
        <Button type="submit" kind="primary" pending={busy} disabled={busy || !mailed || password === ""}>
          <LogIn aria-hidden /> Sign in
        </Button>
      ) : null}
      {methods.magic_link ? (
        <Button
          {...(methods.password ? { onClick: askLink } : { type: "submit", kind: "primary" })}
          pending={asking.isPending}
          disabled={!mailed || asking.isPending || busy}
          title={mailed ? undefined : "Write your e-mail address first"}
        >
          <Mail aria-hidden /> {methods.password ? "E-mail me a link instead" : "E-mail me a sign-in link"}
        </Button>
      ) : null}
    </form>
  );
}

function SourceButton({
  source,
  from,
  onDirectory,
}: {
  source: AuthSource;
  from: string | undefined;
  onDirectory: (source: AuthSource) => void;
}) {
  const words = (
    <>
      <Building2 aria-hidden /> Continue with {source.name}
    </>
  );
  if (source.kind === "ldap") return <Button onClick={() => onDirectory(source)}>{words}</Button>;
  const url = new URL(source.begin_url, window.location.origin);
  if (from) url.searchParams.set("from", from);
  // Only this server's own address begins a sign-in.
  if (url.origin !== window.location.origin) return null;
  return (
    <Button asChild>
      <a href={url.pathname + url.search}>{words}</a>
    </Button>
  );
}

function DirectoryForm({
  source,
  admission,
  onAdmit,
  onBack,
}: {
  source: AuthSource;
  admission: ReturnType<typeof useAdmission>;
  onAdmit: (way: Way) => void;
  onBack: () => void;
}) {
  const [account, setAccount] = useState({ user: "", password: "" });
  const busy = admission.isPending || admission.isSuccess;
  return (
    <Card title={`Sign in with ${source.name}`}>
      <AdmissionProblem error={admission.error} />
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          onAdmit(() => ways.directory(source.id, { ...account, user: account.user.trim() }));
        }}
      >
        <DirectoryFields value={account} onChange={setAccount} />
        <Button type="submit" kind="primary" pending={busy} disabled={busy || !isFilled(account)}>
          Sign in
        </Button>
        <Button kind="quiet" onClick={onBack}>
          Back
        </Button>
      </form>
    </Card>
  );
}

function MailSent({ email, onBack }: { email: string; onBack: () => void }) {
  return (
    <Card title="Look into your mail">
      <p role="status" className="flex items-start gap-2.5">
        <MailCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
        <span>
          If <strong className="font-medium">{email}</strong> belongs to an account, a link is on its way. It
          works once and lasts 15 minutes.
        </span>
      </p>
      <p className="text-muted">Nothing after a minute? Look into the spam folder, and check the address.</p>
      <Button onClick={onBack}>Back to sign-in</Button>
    </Card>
  );
}

function LinkForm({
  only,
  busy,
  onToken,
}: {
  only: boolean;
  busy: boolean;
  onToken: (token: string) => void;
}) {
  const [pasted, setPasted] = useState("");
  const token = tokenFrom(pasted);
  const [open, setOpen] = useState(only);
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group border-t pt-3"
    >
      <summary className="cursor-pointer text-muted hover:text-ink">Have a link already?</summary>
      {/* Only then: its font is not fetched for everybody who signs in. */}
      {open ? (
        <div className="mt-3 flex flex-col gap-3">
          <p className="text-sm text-muted">
            On the machine that runs Stead, or wherever the command line is signed in, this opens the page
            with a fresh link:
          </p>
          <CliBlock command="stead dashboard" />
          <form
            className="flex flex-col gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              if (token) onToken(token);
            }}
          >
            <Field label="The link" hint="From another browser: Account, then “New sign-in link”.">
              {(props) => (
                <Input
                  {...props}
                  mono
                  value={pasted}
                  onChange={(event) => setPasted(event.target.value)}
                  placeholder="Paste the link"
                />
              )}
            </Field>
            <Button type="submit" disabled={!token || busy}>
              Sign in with the link
            </Button>
          </form>
        </div>
      ) : null}
    </details>
  );
}
