import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { KeyKind, KeyRotation, Keys } from "@/api/types";
import { Page } from "@/app/page";
import { plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Panel, Skeleton } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { useMay } from "../session/queries";
import { keysQuery, useRotate, useRotationPlan } from "./queries";

const WORDS: Record<KeyKind, string> = {
  master: "the master key",
  data: "the data key of the installation",
  signing: "the signing keys",
};

const PURPOSES: Record<string, string> = {
  access_token: "access tokens",
  audit_checkpoint: "checkpoints of the audit log",
};

export function OperatorKeysPage() {
  const state = useQuery(keysQuery());
  return (
    <Page title="Keys" quietHeading cli="stead keys" narrow>
      <QueryView query={state} rows={5}>
        {(data) => <KeyPanels data={data} />}
      </QueryView>
    </Page>
  );
}

function KeyPanels({ data }: { data: Keys }) {
  const mayWrite = useMay("operator:write");
  const plan = useRotationPlan();
  const [what, setWhat] = useState<KeyKind>();
  const button = (next: KeyKind) =>
    mayWrite ? (
      <Button
        size="small"
        pending={plan.isPending && plan.variables === next}
        aria-label={`Rotate ${WORDS[next]}`}
        onClick={() => {
          setWhat(next);
          plan.mutate(next);
        }}
      >
        Rotate…
      </Button>
    ) : null;
  return (
    <div className="flex flex-col gap-4">
      <Panel title="Master key" actions={button("master")} flush>
        <p className="border-b px-4 py-2.5 text-sm text-muted">
          It wraps every data key. Without it nobody can read what is sealed: keep a copy apart from the
          backups.
        </p>
        <Table label="Master keys" head={["Id", "Kept in", "State", "Made"]}>
          {data.master_keys.map((key) => (
            <Row key={key.id}>
              <Cell wide className="font-mono text-sm break-all">
                {key.id}
              </Cell>
              <Cell className="text-muted">{key.source}</Cell>
              <Cell>
                {key.current ? (
                  <Badge tone="ok">wraps {plural(key.data_keys, "data key")}</Badge>
                ) : key.retired_at ? (
                  <Badge>retired</Badge>
                ) : (
                  <Badge tone="busy">still wraps {plural(key.data_keys, "data key")}</Badge>
                )}
              </Cell>
              <Cell className="text-muted">
                <RelativeTime at={key.created_at} />
              </Cell>
            </Row>
          ))}
        </Table>
      </Panel>
      <Panel title="Data keys" actions={button("data")}>
        <p>
          {plural(data.data_keys.total, "data key")}, {data.data_keys.retired.toLocaleString("en")} of them
          retired.
        </p>
        <p className="mt-1 max-w-prose text-sm text-muted">
          One per tenant, per user and for the installation. A retired one opens what it sealed and seals
          nothing new. This rotates the installation's own; the API rotates a tenant's.
        </p>
      </Panel>
      <Panel title="Signing keys" actions={button("signing")} flush>
        <Table label="Signing keys" head={["Id", "For", "State", "Made"]}>
          {data.signing_keys.map((key) => (
            <Row key={key.id}>
              <Cell wide className="font-mono text-sm break-all">
                {key.id}
              </Cell>
              <Cell className="text-muted">{PURPOSES[key.purpose] ?? key.purpose}</Cell>
              <Cell>
                {key.current ? <Badge tone="ok">signs</Badge> : <Badge>checks what it signed</Badge>}
              </Cell>
              <Cell className="text-muted">
                <RelativeTime at={key.created_at} />
              </Cell>
            </Row>
          ))}
        </Table>
      </Panel>
      {what && plan.isSuccess ? (
        <RotateDialog plan={plan.data} onClose={() => setWhat(undefined)} />
      ) : plan.isError ? (
        <ProblemNote error={plan.error} />
      ) : what ? (
        <Skeleton className="h-5" />
      ) : null}
    </div>
  );
}

function planWords({ replaces, data_keys, values }: KeyRotation): string[] {
  return [
    `${replaces.length === 1 ? "Replaces the key" : "Replaces the keys"} ${replaces.join(", ")}.`,
    ...(data_keys > 0 ? [`Wraps ${plural(data_keys, "data key")} anew.`] : []),
    ...values.map(({ place, count, fixed }) =>
      fixed
        ? `Leaves ${plural(count, "value")} in ${place} as they are; the old key is kept for them.`
        : `Seals ${plural(count, "value")} in ${place} anew.`,
    ),
  ];
}

/** Shows what would be done before it is. */
function RotateDialog({ plan, onClose }: { plan: KeyRotation; onClose: () => void }) {
  const rotate = useRotate();
  return (
    <ConfirmDialog
      title={`Rotate ${WORDS[plan.what]}?`}
      description="Nothing stops meanwhile. If the server stops in between, the rotation goes on where it was."
      losses={planWords(plan)}
      action="Rotate"
      keep="Leave it"
      pending={rotate.isPending}
      error={rotate.error}
      onConfirm={() =>
        rotate.mutate(plan.what, {
          onSuccess: ({ operation }) => {
            toast({
              title: "The rotation has begun",
              ...(operation
                ? {
                    action: (
                      <Link
                        to="/operations/$operation"
                        params={{ operation: operation.id }}
                        className="text-accent-ink hover:underline"
                      >
                        Show the steps
                      </Link>
                    ),
                  }
                : {}),
            });
            onClose();
          },
        })
      }
      onClose={onClose}
    />
  );
}
