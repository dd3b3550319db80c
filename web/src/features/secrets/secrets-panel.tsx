import { useQuery } from "@tanstack/react-query";
import { LockKeyhole, Plus } from "lucide-react";
import { useState } from "react";

import type { Secret } from "@/api/types";
import { NONE } from "@/format/numbers";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { EmptyState, Panel } from "@/ui/layout";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useNames } from "../team/use-names";
import { secretsQuery, useDeleteSecret, type SecretHolder } from "./queries";
import { SecretDialog } from "./secret-dialog";
import { VersionsDialog } from "./versions-dialog";

export interface SecretsPanelProps {
  holder: SecretHolder;
  title: string;
  /** Who gets them, after “reach”. */
  where: string;
  mayWrite: boolean;
}

/** Secrets of one level: names, versions and where they go. Values are written, never read. */
export function SecretsPanel({ holder, title, where, mayWrite }: SecretsPanelProps) {
  const secrets = useQuery(secretsQuery(holder));
  const [open, setOpen] = useState<{ what: "set" | "versions" | "delete"; secret?: Secret }>();
  const close = () => setOpen(undefined);
  const add = mayWrite ? (
    <Button size="small" onClick={() => setOpen({ what: "set" })}>
      <Plus aria-hidden /> New secret
    </Button>
  ) : null;
  return (
    <Panel title={title} actions={add} flush>
      <QueryView query={secrets}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={<LockKeyhole aria-hidden />} title="No secrets yet">
              <p>
                Passwords and keys that reach {where}, as a variable or a file. They are kept encrypted and
                shown to nobody, not even to you.
              </p>
            </EmptyState>
          ) : (
            <>
              <p className="border-b px-4 py-2.5 text-sm text-muted">
                They reach {where}, at the next start. A value is never shown again; setting a new one makes a
                new version.
              </p>
              <Table
                label={title}
                head={["Name", "Arrives as", "Changed", "By", <Hidden key="actions">Actions</Hidden>]}
                columns={{ 3: "max-lg:hidden" }}
              >
                {items.map((secret) => (
                  <SecretRow key={secret.name} secret={secret} mayWrite={mayWrite} onOpen={setOpen} />
                ))}
              </Table>
            </>
          )
        }
      </QueryView>
      {open?.what === "set" ? (
        <SecretDialog holder={holder} {...(open.secret ? { before: open.secret } : {})} onClose={close} />
      ) : null}
      {open?.what === "versions" && open.secret ? (
        <VersionsDialog holder={holder} secret={open.secret} onClose={close} />
      ) : null}
      {open?.what === "delete" && open.secret ? (
        <DeleteSecret holder={holder} secret={open.secret} onClose={close} />
      ) : null}
    </Panel>
  );
}

function SecretRow({
  secret,
  mayWrite,
  onOpen,
}: {
  secret: Secret;
  mayWrite: boolean;
  onOpen: (open: { what: "set" | "versions" | "delete"; secret: Secret }) => void;
}) {
  const nameOf = useNames();
  return (
    <Row>
      <Cell wide>
        <span className="font-mono text-sm font-medium break-all">{secret.name}</span>
      </Cell>
      <Cell wide>
        <span className="flex items-center gap-1.5">
          <Badge>{secret.inject.kind === "env" ? "variable" : "file"}</Badge>
          <code className="min-w-0 font-mono text-sm break-all text-muted">{whereWords(secret)}</code>
        </span>
      </Cell>
      <Cell className="text-muted">
        <span className="mr-1.5 text-sm">v{secret.version}</span>
        <RelativeTime at={secret.updated_at} />
      </Cell>
      <Cell className="max-w-40 truncate text-muted max-lg:hidden">{nameOf(secret.updated_by) ?? NONE}</Cell>
      <Cell className="text-right whitespace-nowrap max-md:ml-auto">
        {mayWrite ? (
          <Button
            size="small"
            kind="quiet"
            aria-label={`Set ${secret.name}`}
            onClick={() => onOpen({ what: "set", secret })}
          >
            Set
          </Button>
        ) : null}
        <Button
          size="small"
          kind="quiet"
          aria-label={`Versions of ${secret.name}`}
          onClick={() => onOpen({ what: "versions", secret })}
        >
          Versions
        </Button>
        {mayWrite ? (
          <Button
            size="small"
            kind="quiet"
            aria-label={`Delete ${secret.name}`}
            onClick={() => onOpen({ what: "delete", secret })}
          >
            Delete
          </Button>
        ) : null}
      </Cell>
    </Row>
  );
}

function whereWords({ name, inject }: Secret): string {
  const target = inject.target ?? name;
  return inject.kind === "file" ? `/run/secrets/${target}` : target;
}

function DeleteSecret({
  holder,
  secret,
  onClose,
}: {
  holder: SecretHolder;
  secret: Secret;
  onClose: () => void;
}) {
  const deletion = useDeleteSecret(holder);
  return (
    <ConfirmDialog
      title={`Delete ${secret.name}?`}
      losses={[
        "Its value and those of before are destroyed; nobody can bring them back.",
        "Instances start without it from their next start on.",
      ]}
      action="Delete it"
      pending={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate(secret.name, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
