import { useQuery } from "@tanstack/react-query";
import { Globe, SquareTerminal } from "lucide-react";
import { useState } from "react";

import type { Session } from "@/api/types";
import { Page } from "@/app/page";
import { plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { sessionsQuery, useEndOtherSessions, useEndSession } from "./queries";

export function SessionsPage() {
  const sessions = useQuery(sessionsQuery());
  const endOthers = useEndOtherSessions();
  const [asking, setAsking] = useState(false);
  const others = sessions.data?.items.filter((session) => !session.current).length ?? 0;
  return (
    <Page title="Sessions" quietHeading cli="stead sessions" narrow>
      <Panel
        title="Where you are signed in"
        flush
        actions={
          others > 0 ? (
            <Button size="small" kind="danger" onClick={() => setAsking(true)}>
              End all others…
            </Button>
          ) : null
        }
      >
        <QueryView query={sessions}>
          {({ items }) => (
            <Table
              label="Sessions"
              head={["Device", "From", "Last used", "Expires", <Hidden key="actions">Actions</Hidden>]}
            >
              {items.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </Table>
          )}
        </QueryView>
      </Panel>
      <p className="mt-3 text-sm text-muted">
        Something here that is not you? End it, then change your password.
      </p>
      {asking ? (
        <ConfirmDialog
          title="End all other sessions?"
          losses={[
            `${plural(others, "other browser or command line", "other browsers and command lines")} of yours are signed out within a second.`,
            "Terminals that are open there are cut. What runs in them goes on.",
          ]}
          action="End them"
          keep="Keep them"
          pending={endOthers.isPending}
          error={endOthers.error}
          onConfirm={() => endOthers.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </Page>
  );
}

const FACTORS: Record<string, string> = {
  link: "sign-in link",
  magic_link: "link by mail",
  password: "password",
  passkey: "passkey",
  source: "another account",
  totp: "authenticator app",
  recovery_code: "recovery code",
};

function factorWords(factors: readonly string[]): string {
  return factors.map((factor) => FACTORS[factor] ?? factor).join(" and ");
}

function SessionRow({ session }: { session: Session }) {
  const end = useEndSession();
  const Icon = session.kind === "program" ? SquareTerminal : Globe;
  return (
    <Row>
      <Cell wide>
        <span className="flex items-center gap-2.5">
          <Icon aria-hidden className="size-4 shrink-0 text-faint" />
          <span className="min-w-0">
            <span className="flex flex-wrap items-center gap-2">
              <span className="font-medium" title={session.user_agent ?? undefined}>
                {session.device}
              </span>
              {session.current ? <Badge tone="accent">this one</Badge> : null}
            </span>
            {session.factors.length > 0 ? (
              <span className="block text-sm text-muted">by {factorWords(session.factors)}</span>
            ) : null}
          </span>
        </span>
      </Cell>
      <Cell className="text-muted">
        <span className="max-md:mr-2 md:block">{session.network}</span>
        <span className="font-mono text-sm">{session.ip ?? "–"}</span>
      </Cell>
      <Cell label="Last used" className="text-muted">
        <RelativeTime at={session.last_used_at} />
      </Cell>
      <Cell label="Expires" className="text-muted">
        <RelativeTime at={session.expires_at} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {session.current ? null : (
          <ConfirmButton
            word="End"
            question="End it?"
            label={`End the session of ${session.device}`}
            onDo={() => end.mutate(session.id)}
          />
        )}
      </Cell>
    </Row>
  );
}
