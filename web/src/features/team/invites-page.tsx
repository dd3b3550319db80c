import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { MailPlus, UserPlus } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import type { Invite } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { CliBlock, CopyButton } from "@/ui/copy";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Choice, Field, Input } from "@/ui/field";
import { EmptyState, Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Cell, Row, Table } from "@/ui/table";
import { useMay, useMe } from "../session/queries";
import { invitesQuery, useInvite, useWithdrawInvite } from "./queries";
import { RoleSelect } from "./role-select";
import { heldRole } from "./roles";

const route = getRouteApi("/shell/team/invites");

export function InvitesPage() {
  const me = useMe();
  const mayWrite = useMay("member:write");
  const { new: inviting } = route.useSearch();
  const navigate = useNavigate();
  const invites = useQuery(invitesQuery(me.tenant.id));
  const open = (on: boolean) =>
    void navigate({ to: "/team/invites", search: on ? { new: true } : {}, replace: true });
  const invite =
    mayWrite && !me.tenant.personal ? (
      <Button size="small" onClick={() => open(true)}>
        <UserPlus aria-hidden /> Invite
      </Button>
    ) : null;
  return (
    <Page title="Invitations" quietHeading cli="stead tenants invites" narrow>
      <Panel title="Invitations" actions={invite} flush>
        <QueryView query={invites}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                icon={<MailPlus aria-hidden />}
                title={me.tenant.personal ? "A personal tenant has one member" : "Nobody is invited"}
              >
                {me.tenant.personal ? (
                  <p>
                    Create a tenant for your team in the switch at the top left, then invite people there.
                  </p>
                ) : (
                  <>
                    <p>An invitation is a link that works once, for one mailbox, for seven days.</p>
                    <CliBlock command="stead tenants invite grace@example.org --role member" />
                  </>
                )}
              </EmptyState>
            ) : (
              <Table
                label="Invitations"
                head={["For", "Role", "Invited by", "Ends", <Hidden key="actions">Actions</Hidden>]}
              >
                {items.map((item) => (
                  <InviteRow key={item.id} invite={item} mayWrite={mayWrite} />
                ))}
              </Table>
            )
          }
        </QueryView>
      </Panel>
      {inviting && mayWrite ? <InviteDialog onClose={() => open(false)} /> : null}
    </Page>
  );
}

function InviteRow({ invite, mayWrite }: { invite: Invite; mayWrite: boolean }) {
  const me = useMe();
  const withdraw = useWithdrawInvite(me.tenant.id);
  const words = invite.email ?? "whoever has the link";
  return (
    <Row>
      <Cell wide className="font-medium break-all">
        {words}
      </Cell>
      <Cell>{heldRole(invite)}</Cell>
      <Cell label="by" className="text-muted">
        {invite.invited_by}
      </Cell>
      <Cell label="Ends" className="text-muted">
        <RelativeTime at={invite.expires_at} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {mayWrite ? (
          <ConfirmButton
            word="Withdraw"
            question="Withdraw it?"
            label={`Withdraw the invitation for ${words}`}
            pending={withdraw.isPending}
            onDo={() => withdraw.mutate(invite.id)}
          />
        ) : null}
      </Cell>
    </Row>
  );
}

const HOW = [
  { value: "mail", title: "By mail", detail: "for one address" },
  { value: "link", title: "A link", detail: "for whoever has it" },
] as const;

function InviteDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const invite = useInvite(me.tenant.id);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("member");
  const [byLink, setByLink] = useState(false);
  const errors = fieldErrors(invite.error, ["email", "role"]);
  const general = invite.isError && (Object.keys(errors).length === 0 || errors[""]);
  const made = invite.data;
  function submit(event: SubmitEvent) {
    event.preventDefault();
    invite.mutate(byLink ? { link: true, role } : { email: email.trim(), role });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={made ? (byLink ? "The link" : "The invitation is on its way") : `Invite to ${me.tenant.name}`}
      description={
        made
          ? byLink
            ? "Whoever has it can join with it, once."
            : `A mail with the link goes to ${made.invite.email ?? email}.`
          : "A link that works once, for seven days."
      }
    >
      {made ? (
        <>
          <DialogBody>
            {made.url ? (
              <>
                <p className="mb-2 text-muted">
                  {byLink
                    ? "It is shown this once:"
                    : "No mail? Give them the link yourself; it is shown this once:"}
                </p>
                <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
                  <code data-testid="invite-link" className="min-w-0 flex-1 truncate font-mono text-sm">
                    {made.url}
                  </code>
                  <CopyButton text={made.url} label="Copy the link" />
                </div>
              </>
            ) : (
              <p className="text-muted">
                Its link was shown before. Withdraw it and invite anew if it is lost.
              </p>
            )}
          </DialogBody>
          <DialogActions>
            <Button
              onClick={() => {
                invite.reset();
                setEmail("");
              }}
            >
              Invite another
            </Button>
            <Button kind="primary" onClick={onClose}>
              Done
            </Button>
          </DialogActions>
        </>
      ) : (
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody className="flex flex-col gap-3">
            {general ? <ProblemNote error={invite.error} /> : null}
            <Choice
              legend="How"
              value={byLink ? "link" : "mail"}
              onChange={(how) => setByLink(how === "link")}
              options={HOW}
            />
            {byLink ? null : (
              <Field label="E-mail" error={errors["email"]}>
                {(props) => (
                  <Input
                    {...props}
                    type="email"
                    autoFocus
                    value={email}
                    placeholder="grace@example.org"
                    onChange={(event) => setEmail(event.target.value)}
                  />
                )}
              </Field>
            )}
            <Field label="Role" error={errors["role"]} hint="You can give what you may do yourself, no more.">
              {(props) => (
                <RoleSelect {...props} value={role} onChange={(event) => setRole(event.target.value)} />
              )}
            </Field>
          </DialogBody>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              type="submit"
              kind="primary"
              pending={invite.isPending}
              disabled={(!byLink && !/^\S+@\S+$/.test(email.trim())) || invite.isPending}
            >
              {byLink ? "Make the link" : "Send the invitation"}
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
