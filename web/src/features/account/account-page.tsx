import { useQuery } from "@tanstack/react-query";
import { KeyRound, Link2, Plus } from "lucide-react";
import { useState } from "react";

import type { ApiToken, Session } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { CliBlock, CopyButton } from "@/ui/copy";
import { EmptyState, Fact, Facts, Panel, SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useMe } from "../session/queries";
import { browserWords } from "./browser-words";
import { CreateTokenDialog } from "./create-token-dialog";
import { sessionsQuery, tokensQuery, useCreateSignInLink, useEndSession, useRevokeToken } from "./queries";

export function AccountPage() {
  const me = useMe();
  return (
    <Page title="Account" cli="stead tokens" narrow>
      <div className="flex flex-col gap-4">
        <Panel title="You">
          <Facts>
            <Fact name="Name">{me.user.name}</Fact>
            {me.user.email ? <Fact name="Email">{me.user.email}</Fact> : null}
            <Fact name="Tenant">
              {me.tenant.name} <span className="text-muted">· {me.tenant.role}</span>
            </Fact>
            <Fact name="Member since">
              <RelativeTime at={me.user.created_at} />
            </Fact>
          </Facts>
        </Panel>
        <SignInLinkPanel />
        <TokensPanel />
        <SessionsPanel />
      </div>
    </Page>
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

function TokensPanel() {
  const tokens = useQuery(tokensQuery());
  const [creating, setCreating] = useState(false);
  const create = (
    <Button size="small" onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New token
    </Button>
  );
  return (
    <Panel title="API tokens" actions={create} flush>
      {tokens.isError ? (
        <ProblemNote error={tokens.error} className="m-4" />
      ) : tokens.isPending ? (
        <SkeletonRows rows={2} />
      ) : tokens.data.items.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title="No tokens yet">
          <p>A token lets scripts and CI act as you, limited to what you allow.</p>
          <CliBlock command="stead tokens create ci --scopes instance:read" />
        </EmptyState>
      ) : (
        <Table
          label="API tokens"
          head={[
            "Name",
            "May",
            "Last used",
            "Expires",
            <span key="actions" className="sr-only">
              Actions
            </span>,
          ]}
        >
          {tokens.data.items.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </Table>
      )}
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
    </Panel>
  );
}

function TokenRow({ token }: { token: ApiToken }) {
  const revoke = useRevokeToken();
  const [sure, setSure] = useState(false);
  return (
    <Row>
      <Cell wide>
        <span className="font-medium">{token.name}</span>
        <span className="block font-mono text-sm text-muted">{token.hint}…</span>
      </Cell>
      <Cell wide>
        <span className="flex flex-wrap gap-1">
          {token.scopes.length === 0 ? (
            <Badge tone="warn">everything you may</Badge>
          ) : (
            token.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)
          )}
        </span>
      </Cell>
      <Cell label="Last used" className="text-muted">
        {token.last_used_at ? <RelativeTime at={token.last_used_at} /> : "never"}
      </Cell>
      <Cell label="Expires" className="text-muted">
        {token.expires_at ? <RelativeTime at={token.expires_at} /> : "never"}
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        <Confirmed
          sure={sure}
          onAsk={setSure}
          word="Revoke"
          question="Revoke for good?"
          label={`Revoke ${token.name}`}
          onDo={() => revoke.mutate(token.id)}
        />
      </Cell>
    </Row>
  );
}

interface ConfirmedProps {
  sure: boolean;
  onAsk: (sure: boolean) => void;
  word: string;
  question: string;
  label: string;
  onDo: () => void;
}

/** A second press in place, for things that hurt a little. */
function Confirmed({ sure, onAsk, word, question, label, onDo }: ConfirmedProps) {
  return sure ? (
    <Button size="small" kind="danger" autoFocus onClick={onDo} onBlur={() => onAsk(false)}>
      {question}
    </Button>
  ) : (
    <Button size="small" kind="quiet" aria-label={label} onClick={() => onAsk(true)}>
      {word}
    </Button>
  );
}

function SessionsPanel() {
  const sessions = useQuery(sessionsQuery());
  return (
    <Panel title="Sessions" flush>
      {sessions.isError ? (
        <ProblemNote error={sessions.error} className="m-4" />
      ) : sessions.isPending ? (
        <SkeletonRows rows={2} />
      ) : (
        <Table
          label="Sessions"
          head={[
            "Device",
            "Address",
            "Last used",
            "Expires",
            <span key="actions" className="sr-only">
              Actions
            </span>,
          ]}
        >
          {sessions.data.items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = useEndSession();
  const [sure, setSure] = useState(false);
  return (
    <Row>
      <Cell wide>
        <span className="font-medium" title={session.user_agent ?? undefined}>
          {browserWords(session.user_agent)}
        </span>
        {session.current ? (
          <span className="ml-2">
            <Badge tone="accent">this one</Badge>
          </span>
        ) : null}
      </Cell>
      <Cell className="font-mono text-sm text-muted">{session.ip ?? "–"}</Cell>
      <Cell label="Last used" className="text-muted">
        <RelativeTime at={session.last_used_at} />
      </Cell>
      <Cell label="Expires" className="text-muted">
        <RelativeTime at={session.expires_at} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {session.current ? null : (
          <Confirmed
            sure={sure}
            onAsk={setSure}
            word="End"
            question="End it?"
            label={`End the session of ${browserWords(session.user_agent)}`}
            onDo={() => end.mutate(session.id)}
          />
        )}
      </Cell>
    </Row>
  );
}
