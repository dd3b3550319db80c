import { useQuery } from "@tanstack/react-query";
import { Fingerprint, Plus, ShieldCheck, Smartphone } from "lucide-react";
import { useState } from "react";

import type { Factors, Passkey } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { EmptyState, Panel } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { passkeysWork } from "../sign-in/passkeys";
import { factorsQuery } from "../sign-in/queries";
import { IdentitiesPanel } from "./identities-panel";
import { PasskeyNameDialog } from "./passkey-dialog";
import {
  passkeysQuery,
  useAddPasskey,
  useBeginTotp,
  useRemovePasskey,
  useRemoveTotp,
  useRenamePasskey,
  useRenewRecoveryCodes,
} from "./queries";
import { RecoveryCodesDialog } from "./recovery-codes";
import { TotpDialog } from "./totp-dialog";

export function SecurityPage() {
  const factors = useQuery(factorsQuery());
  const bare = factors.data && !factors.data.totp && factors.data.passkeys === 0;
  return (
    <Page title="Your security" heading="Security" quietHeading cli="stead factors" narrow>
      <div className="flex flex-col gap-4">
        {bare ? (
          <Note
            tone="warn"
            title={
              factors.data.password
                ? "A password alone protects your account."
                : "Links alone sign you in: your account has neither password nor passkey."
            }
            detail="A passkey is the quickest second proof: your fingerprint, face or screen lock. An authenticator app does it too."
          />
        ) : null}
        <PasskeysPanel />
        <TotpPanel factors={factors} />
        <RecoveryPanel factors={factors.data} />
        <IdentitiesPanel />
      </div>
    </Page>
  );
}

function PasskeysPanel() {
  const passkeys = useQuery(passkeysQuery());
  const add = useAddPasskey();
  const [naming, setNaming] = useState(false);
  const able = passkeysWork();
  const codes = add.data?.recovery_codes ?? [];
  const button = (
    <Button size="small" disabled={!able} onClick={() => setNaming(true)}>
      <Plus aria-hidden /> Add a passkey
    </Button>
  );
  return (
    <Panel title="Passkeys" actions={button} flush>
      {able ? null : (
        <p className="border-b px-4 py-2.5 text-sm text-muted">
          This address cannot use passkeys: open the dashboard over https or on localhost.
        </p>
      )}
      <QueryView query={passkeys} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={<Fingerprint aria-hidden />} title="No passkeys yet">
              <p>
                A passkey signs you in with the lock of your device: nothing to remember, nothing to type,
                nothing that a false page could take. It counts as both factors.
              </p>
            </EmptyState>
          ) : (
            <Table
              label="Passkeys"
              head={["Name", "Added", "Last used", <Hidden key="actions">Actions</Hidden>]}
            >
              {items.map((passkey) => (
                <PasskeyRow key={passkey.id} passkey={passkey} />
              ))}
            </Table>
          )
        }
      </QueryView>
      {naming ? (
        <PasskeyNameDialog
          title="Add a passkey"
          word="Continue"
          detail="Your browser asks where to keep it: on this device, in a password manager, on a phone or a key."
          pending={add.isPending}
          error={add.error}
          onClose={() => {
            add.reset();
            setNaming(false);
          }}
          onName={(name) => add.mutate(name, { onSuccess: () => setNaming(false) })}
        />
      ) : null}
      {codes.length > 0 ? <RecoveryCodesDialog codes={codes} onClose={() => add.reset()} /> : null}
    </Panel>
  );
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const rename = useRenamePasskey();
  const remove = useRemovePasskey();
  const [renaming, setRenaming] = useState(false);
  return (
    <Row>
      <Cell wide className="font-medium">
        {passkey.name}
      </Cell>
      <Cell label="Added" className="text-muted">
        <RelativeTime at={passkey.created_at} />
      </Cell>
      <Cell label="Last used" className="text-muted">
        {passkey.last_used_at ? <RelativeTime at={passkey.last_used_at} /> : "never"}
      </Cell>
      <Cell className="text-right whitespace-nowrap max-md:ml-auto">
        <Button
          size="small"
          kind="quiet"
          aria-label={`Rename ${passkey.name}`}
          onClick={() => setRenaming(true)}
        >
          Rename
        </Button>
        <ConfirmButton
          word="Remove"
          question="Remove it?"
          label={`Remove ${passkey.name}`}
          pending={remove.isPending}
          onDo={() => remove.mutate(passkey.id)}
        />
        {remove.isError ? (
          <ProblemNote error={remove.error} className="mt-2 text-left whitespace-normal" />
        ) : null}
        {renaming ? (
          <PasskeyNameDialog
            title={`Rename ${passkey.name}`}
            word="Save"
            before={passkey.name}
            pending={rename.isPending}
            error={rename.error}
            onClose={() => setRenaming(false)}
            onName={(name) =>
              rename.mutate({ id: passkey.id, name }, { onSuccess: () => setRenaming(false) })
            }
          />
        ) : null}
      </Cell>
    </Row>
  );
}

function TotpPanel({ factors }: { factors: ReturnType<typeof useQuery<Factors>> }) {
  const remove = useRemoveTotp();
  const begin = useBeginTotp();
  const [removing, setRemoving] = useState(false);
  return (
    <Panel title="Authenticator app">
      <QueryView query={factors} rows={1}>
        {(has) =>
          has.totp ? (
            <div className="flex flex-col gap-4">
              <div className="flex flex-wrap items-center justify-between gap-3">
                <p className="flex items-center gap-2">
                  <ShieldCheck aria-hidden className="size-4 text-ok-mark" />
                  Codes of your app are asked for after the password.
                </p>
                <Button size="small" kind="danger" onClick={() => setRemoving(true)}>
                  Turn off…
                </Button>
              </div>
            </div>
          ) : (
            <div className="flex flex-wrap items-center justify-between gap-3">
              <p className="max-w-prose text-muted">
                An app on your phone shows a new code every 30 seconds. Works everywhere, also where passkeys
                do not.
              </p>
              <Button pending={begin.isPending} disabled={begin.isPending} onClick={() => begin.mutate()}>
                <Smartphone aria-hidden /> Set up
              </Button>
              {begin.isError ? <ProblemNote error={begin.error} className="w-full" /> : null}
            </div>
          )
        }
      </QueryView>
      {begin.data ? <TotpDialog setup={begin.data} onClose={() => begin.reset()} /> : null}
      {removing ? (
        <ConfirmDialog
          title="Turn off the authenticator app?"
          losses={[
            "Codes of the app work no more; remove the entry from it.",
            "Tenants that demand a second factor let you in again once you have one.",
          ]}
          action="Turn off"
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined, { onSuccess: () => setRemoving(false) })}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </Panel>
  );
}

/** For whoever has a second factor. */
function RecoveryPanel({ factors: has }: { factors: Factors | undefined }) {
  const renew = useRenewRecoveryCodes();
  const codes = renew.data?.recovery_codes;
  if (!has || (!has.totp && has.passkeys === 0)) return null;
  return (
    <Panel
      title="Recovery codes"
      actions={
        <Badge tone={has.recovery_codes_left > 3 ? "still" : "warn"}>{has.recovery_codes_left} left</Badge>
      }
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-muted">
          For when phone and passkeys are lost. New codes make the old ones worthless.
        </p>
        <Button pending={renew.isPending} disabled={renew.isPending} onClick={() => renew.mutate(undefined)}>
          Make new codes
        </Button>
        {renew.isError ? <ProblemNote error={renew.error} className="w-full" /> : null}
      </div>
      {codes ? <RecoveryCodesDialog codes={codes} onClose={() => renew.reset()} /> : null}
    </Panel>
  );
}
