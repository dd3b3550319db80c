import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck, CircleX, SquareTerminal } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import type { DeviceRequest } from "@/api/types";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Fact, Facts, Skeleton } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { browserWords } from "../account/browser-words";
import { sessionsQuery } from "../account/queries";
import { useMe } from "../session/queries";
import { Card } from "./card";
import { tidyCode } from "./device-code";
import { deviceRequestQuery, useDeviceDecision } from "./queries";

const route = getRouteApi("/signed-in/device");

export function DevicePage() {
  const { code } = route.useSearch();
  return code ? <Decision key={code} code={tidyCode(code)} /> : <AskCode />;
}

function AskCode() {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  function submit(event: SubmitEvent) {
    event.preventDefault();
    void navigate({ to: "/device", search: { code: tidyCode(text) } });
  }
  return (
    <Card title="Sign in a device" detail="Type the code that the command line shows.">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Code" hint="Type it yourself; never a code that somebody sent you.">
          {(props) => (
            <Input
              {...props}
              mono
              autoFocus
              value={text}
              placeholder="BCDF-GHJK"
              autoCapitalize="characters"
              onChange={(event) => setText(tidyCode(event.target.value))}
              className="tracking-widest"
            />
          )}
        </Field>
        <Button type="submit" kind="primary" disabled={text.length < 9}>
          Continue
        </Button>
      </form>
    </Card>
  );
}

function Decision({ code }: { code: string }) {
  const request = useQuery(deviceRequestQuery(code));
  const decision = useDeviceDecision(code);
  const another = (
    <Link to="/device" className="text-accent-ink hover:underline">
      Type another code
    </Link>
  );
  if (decision.isSuccess) {
    const approved = decision.variables === "approve";
    const Icon = approved ? CircleCheck : CircleX;
    return (
      <Card title={approved ? "The device is signed in" : "Denied"} foot={another}>
        <p role="status" className="flex items-start gap-2.5">
          <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ok-mark" />
          <span>
            {approved
              ? "You can close this page and go back to it. It stands among your sessions, where it can be revoked."
              : "It was told no and has no access."}
          </span>
        </p>
        <Button asChild>
          <Link to="/account/sessions">Your sessions</Link>
        </Button>
      </Card>
    );
  }
  if (request.isError)
    return (
      <Card title="This code does not work" foot={another}>
        <ProblemNote error={request.error} />
      </Card>
    );
  const asked = request.data;
  return (
    <Card title="Let this device in?" detail="A program wants to sign in as you." foot={another}>
      <div className="flex items-center gap-3 rounded-md border bg-sunken px-3 py-2.5">
        <SquareTerminal aria-hidden className="size-5 shrink-0 text-muted" />
        <span className="min-w-0 flex-1">
          <span className="block font-medium break-words">
            {asked?.client_name ?? <Skeleton className="h-5 w-32" />}
          </span>
          <span className="block font-mono text-sm text-muted">{code}</span>
        </span>
      </div>
      {asked ? <Asked request={asked} /> : <Skeleton className="h-40" />}
      {decision.isError ? <ProblemNote error={decision.error} /> : null}
      <p className="text-sm text-muted">
        Approve only what you started yourself just now, and only when the device shows the same code.
      </p>
      <div className="grid grid-cols-2 gap-2">
        <Button
          disabled={!asked || decision.isPending}
          pending={decision.isPending && decision.variables === "deny"}
          onClick={() => decision.mutate("deny")}
        >
          Deny
        </Button>
        <Button
          kind="primary"
          disabled={!asked || decision.isPending}
          pending={decision.isPending && decision.variables === "approve"}
          onClick={() => decision.mutate("approve")}
        >
          Approve
        </Button>
      </div>
    </Card>
  );
}

/** Who asks, and what they get: enough to notice a code that somebody else sent. */
function Asked({ request }: { request: DeviceRequest }) {
  const me = useMe();
  const own = useQuery(sessionsQuery()).data?.items.find((session) => session.current)?.ip;
  const elsewhere = Boolean(own && request.ip && own !== request.ip);
  const teams = me.tenants.filter((tenant) => !tenant.personal);
  return (
    <>
      <Facts>
        <Fact name="Asked from">
          <span className="font-mono text-sm">{request.ip ?? "an unknown address"}</span>
          <span className="text-muted"> · {request.network}</span>
        </Fact>
        {request.user_agent ? (
          <Fact name="Asked with">
            <span title={request.user_agent}>{browserWords(request.user_agent)}</span>
          </Fact>
        ) : null}
        <Fact name="Asked">
          <RelativeTime at={request.created_at} />
        </Fact>
        <Fact name="Code ends">
          <RelativeTime at={request.expires_at} />
        </Fact>
        <Fact name="Signs in as">{me.user.email ?? me.user.name}</Fact>
      </Facts>
      {elsewhere ? (
        <Note
          tone="warn"
          title="It asks from another address than yours."
          detail={`You come from ${own ?? ""}. That is right for a server or a machine elsewhere; if you expected this computer, deny it.`}
        />
      ) : null}
      <section aria-label="What it will be able to do">
        <h2 className="mb-1 text-sm font-medium">It will be able to</h2>
        <ul className="flex list-disc flex-col gap-1 pl-5 text-sm text-muted">
          <li>
            do what you may do in your personal tenant
            {teams.length > 0 ? ` and in ${teams.map((tenant) => tenant.name).join(", ")}` : ""}
          </li>
          <li>open terminals and run commands in your instances</li>
          <li>stay signed in while it is used, for 180 days at most</li>
        </ul>
        <p className="mt-1.5 text-sm text-muted">
          It stands among{" "}
          <Link to="/account/sessions" className="text-accent-ink underline underline-offset-2">
            your sessions
          </Link>
          , where you can end it at any time.
        </p>
      </section>
    </>
  );
}
