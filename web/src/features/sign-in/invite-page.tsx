import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ApiError } from "@/api/problem";
import { Button } from "@/ui/button";
import { Fact, Facts, Skeleton } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { meQuery, useSignOut } from "../session/queries";
import { Card } from "./card";
import { inviteQuery, useAcceptInvite } from "./queries";
import { keepInvite, keptInvite, takeToken } from "./sign-in-link";

/** Whoever is not signed in yet signs in or up first and comes back; the invitation waits in this tab. */
export function InvitePage() {
  const [token] = useState(() => {
    const fresh = takeToken();
    if (fresh) keepInvite(fresh);
    return fresh ?? keptInvite();
  });
  if (!token)
    return (
      <Card title="An invitation">
        <Note
          tone="warn"
          title="This address lacks its secret part."
          detail="Open the link in the mail, or ask whoever invited you for the link."
        />
      </Card>
    );
  return <Invitation token={token} />;
}

function Invitation({ token }: { token: string }) {
  const invitation = useQuery(inviteQuery(token));
  const me = useQuery({ ...meQuery(), retry: false });
  const accept = useAcceptInvite();
  const signOut = useSignOut();
  if (invitation.isError) {
    const over = invitation.error instanceof ApiError && invitation.error.status === 404;
    return (
      <Card title={over ? "This invitation does not work" : "An invitation"}>
        <ProblemNote
          error={invitation.error}
          action={
            over ? null : (
              <Button size="small" onClick={() => void invitation.refetch()}>
                Try again
              </Button>
            )
          }
        />
        <Button asChild>
          <Link to="/instances">Go to the dashboard</Link>
        </Button>
      </Card>
    );
  }
  const shown = invitation.data;
  const guest = me.isError && me.error instanceof ApiError && me.error.status === 401;
  const other = Boolean(
    shown?.email && me.data?.user.email && shown.email.toLowerCase() !== me.data.user.email.toLowerCase(),
  );
  const from = { from: "/invite" };
  return (
    <Card
      title={shown ? `Join ${shown.tenant}` : "An invitation"}
      detail={shown ? `${shown.invited_by} invites you.` : undefined}
    >
      {shown ? (
        <Facts>
          <Fact name="Role">
            <span className="capitalize">{shown.role}</span>
          </Fact>
          {shown.email ? <Fact name="Sent to">{shown.email}</Fact> : null}
          <Fact name="Ends">
            <RelativeTime at={shown.expires_at} />
          </Fact>
        </Facts>
      ) : (
        <Skeleton className="h-20" />
      )}
      {accept.isError ? <ProblemNote error={accept.error} /> : null}
      {guest ? (
        <>
          <Button asChild kind="primary">
            <Link to="/sign-up" search={from}>
              Create an account
            </Link>
          </Button>
          <Button asChild>
            <Link to="/sign-in" search={from}>
              I have an account
            </Link>
          </Button>
        </>
      ) : me.data ? (
        <>
          {other ? (
            <Note
              tone="warn"
              title={`You are signed in as ${me.data.user.email ?? me.data.user.name}.`}
              detail={`The invitation belongs to ${shown?.email ?? "another address"}: sign in with that one.`}
            />
          ) : (
            <p className="text-sm text-muted">You join as {me.data.user.email ?? me.data.user.name}.</p>
          )}
          {other ? (
            <Button kind="primary" pending={signOut.isPending} onClick={() => signOut.mutate()}>
              Sign out
            </Button>
          ) : (
            <Button
              kind="primary"
              disabled={!shown || accept.isPending}
              pending={accept.isPending || accept.isSuccess}
              onClick={() =>
                accept.mutate(token, {
                  // Everything on screen belongs to one tenant, so joining begins anew.
                  onSuccess: () => window.location.assign("/instances"),
                })
              }
            >
              Join {shown?.tenant}
            </Button>
          )}
          <Button asChild kind="quiet">
            <Link to="/instances">Not now</Link>
          </Button>
        </>
      ) : (
        <Skeleton className="h-8" />
      )}
    </Card>
  );
}
