import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";

import type { ApiToken } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { CliBlock } from "@/ui/copy";
import { EmptyState, Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { CreateTokenDialog } from "./create-token-dialog";
import { tokensQuery, useRevokeToken } from "./queries";

export function TokensPage() {
  const tokens = useQuery(tokensQuery());
  const [creating, setCreating] = useState(false);
  const create = (
    <Button size="small" onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New token
    </Button>
  );
  return (
    <Page title="API tokens" quietHeading cli="stead tokens" narrow>
      <Panel title="API tokens" actions={create} flush>
        <QueryView query={tokens}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={<KeyRound aria-hidden />} title="No tokens yet">
                <p>A token lets scripts and CI act as you, limited to what you allow.</p>
                <CliBlock command="stead tokens create ci --scopes instance:read" />
              </EmptyState>
            ) : (
              <Table
                label="API tokens"
                head={["Name", "May", "Last used", "Expires", <Hidden key="actions">Actions</Hidden>]}
              >
                {items.map((token) => (
                  <TokenRow key={token.id} token={token} />
                ))}
              </Table>
            )
          }
        </QueryView>
      </Panel>
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

/** More scopes than this are folded away. */
const SHOWN = 3;

function TokenRow({ token }: { token: ApiToken }) {
  const revoke = useRevokeToken();
  const hidden = token.scopes.slice(SHOWN);
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
            token.scopes.slice(0, SHOWN).map((scope) => <Badge key={scope}>{scope}</Badge>)
          )}
          {hidden.length > 0 ? (
            <span title={hidden.join(", ")} className="text-sm text-muted">
              and {hidden.length} more
            </span>
          ) : null}
        </span>
      </Cell>
      <Cell label="Last used" className="text-muted">
        {token.last_used_at ? <RelativeTime at={token.last_used_at} /> : "never"}
      </Cell>
      <Cell label="Expires" className="text-muted">
        {token.expires_at ? <RelativeTime at={token.expires_at} /> : "never"}
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        <ConfirmButton
          word="Revoke"
          question="Revoke for good?"
          label={`Revoke ${token.name}`}
          onDo={() => revoke.mutate(token.id)}
        />
      </Cell>
    </Row>
  );
}
