import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { AuthSource } from "@/api/types";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { Panel } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Cell, Row, Table } from "@/ui/table";
import { useMe } from "../session/queries";
import { authMethodsQuery } from "../sign-in/queries";
import { problemWords } from "../sources/problems";
import { LinkDirectoryDialog } from "./link-directory-dialog";
import { identitiesQuery, useBeginLink, useUnlink, type LinkedIdentity } from "./queries";

/** Accounts elsewhere that one signs in with: those of this installation and of the present tenant. */
export function IdentitiesPanel() {
  const me = useMe();
  const identities = useQuery(identitiesQuery());
  const methods = useQuery(authMethodsQuery(me.tenant.id));
  const begin = useBeginLink();
  const [directory, setDirectory] = useState<AuthSource>();
  // Who comes back from a source without success.
  const [problem] = useState(() => new URLSearchParams(window.location.search).get("problem"));
  const [why, what] = problem ? problemWords(problem) : [];
  const linked = new Set(identities.data?.items.map(({ source_id }) => source_id));
  const others = identities.data ? (methods.data?.sources ?? []).filter(({ id }) => !linked.has(id)) : [];
  const leaving = begin.isPending || begin.isSuccess;
  return (
    <Panel title="Linked accounts" flush>
      {why ? <Note tone="bad" title={why} detail={what} className="m-4" /> : null}
      <QueryView query={identities} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="p-4 text-muted">
              {others.length > 0
                ? "None yet. Link an account elsewhere to sign in here with it, too."
                : "None, and there is nothing to link: neither this installation nor your tenant has other ways to sign in."}
            </p>
          ) : (
            <Table
              label="Linked accounts"
              head={["Account", "Address", "Last used", <Hidden key="actions">Actions</Hidden>]}
            >
              {items.map((identity) => (
                <IdentityRow key={identity.id} identity={identity} />
              ))}
            </Table>
          )
        }
      </QueryView>
      {others.length > 0 ? (
        <div className="flex flex-col gap-3 border-t p-4">
          <div className="flex flex-wrap gap-2">
            {others.map((source) => (
              <Button
                key={source.id}
                size="small"
                disabled={leaving}
                pending={leaving && begin.variables === source.id}
                onClick={() => (source.kind === "ldap" ? setDirectory(source) : begin.mutate(source.id))}
              >
                Link {source.name}
                {source.kind === "ldap" ? "…" : null}
              </Button>
            ))}
          </div>
          {begin.isError ? <ProblemNote error={begin.error} /> : null}
        </div>
      ) : null}
      {directory ? <LinkDirectoryDialog source={directory} onClose={() => setDirectory(undefined)} /> : null}
    </Panel>
  );
}

function IdentityRow({ identity }: { identity: LinkedIdentity }) {
  const unlink = useUnlink();
  return (
    <Row>
      <Cell wide className="font-medium">
        {identity.source_name}
      </Cell>
      <Cell className="text-muted">{identity.email ?? "–"}</Cell>
      <Cell label="Last used" className="text-muted">
        {identity.last_used_at ? <RelativeTime at={identity.last_used_at} /> : "never"}
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        <ConfirmButton
          word="Unlink"
          question="Unlink it?"
          label={`Unlink ${identity.source_name}`}
          onDo={() => unlink.mutate(identity.id)}
        />
      </Cell>
    </Row>
  );
}
