import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { UserPlus, Users } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import type { Binding } from "@/api/types";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Select } from "@/ui/field";
import { EmptyState, Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Cell, Row, Table } from "@/ui/table";
import { useMay, useMe } from "../session/queries";
import { bindingsQuery, membersQuery, useBind } from "../team/queries";
import { RoleSelect } from "../team/role-select";
import { heldRole, roleReference } from "../team/roles";
import { useShownInstance } from "./instance-page";

/** Who may do more here than their role in the tenant lets them. */
export function AccessTab() {
  const instance = useShownInstance();
  const mayWrite = useMay("member:write");
  const bindings = useQuery({ ...bindingsQuery(instance?.name ?? ""), enabled: Boolean(instance) });
  const [adding, setAdding] = useState(false);
  if (!instance) return null;
  return (
    <Page
      title={`Access to ${instance.name}`}
      heading="Access"
      quietHeading
      cli={`stead access list ${instance.name}`}
      narrow
    >
      <Panel
        title="More than their role"
        flush
        actions={
          mayWrite ? (
            <Button size="small" onClick={() => setAdding(true)}>
              <UserPlus aria-hidden /> Give access
            </Button>
          ) : null
        }
      >
        <QueryView query={bindings}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={<Users aria-hidden />} title="Everybody has what their role gives">
                <p>
                  A guest can become a member for this instance alone: pick somebody of the team and a role
                  that counts here.
                </p>
              </EmptyState>
            ) : (
              <Table
                label="Access"
                head={["Name", "Role here", "Given", <Hidden key="actions">Actions</Hidden>]}
              >
                {items.map((binding) => (
                  <BindingRow
                    key={binding.user.id}
                    instance={instance.name}
                    binding={binding}

                    mayWrite={mayWrite}
                  />
                ))}
              </Table>
            )
          }
        </QueryView>
      </Panel>
      {adding ? <AddBinding instance={instance.name} onClose={() => setAdding(false)} /> : null}
    </Page>
  );
}

function BindingRow({
  instance,
  binding,
  mayWrite,
}: {
  instance: string;
  binding: Binding;
  mayWrite: boolean;
}) {
  const bind = useBind(instance);
  return (
    <Row>
      <Cell wide>
        <span className="font-medium">{binding.user.name}</span>
        <span className="block text-sm text-muted">{binding.user.email}</span>
      </Cell>
      <Cell>
        {mayWrite ? (
          <RoleSelect
            aria-label={`Role of ${binding.user.name} here`}
            className="w-36"
            value={roleReference(binding)}
            disabled={bind.isPending}
            onChange={(event) => bind.mutate({ user: binding.user.id, role: event.target.value })}
          />
        ) : (
          heldRole(binding)
        )}
        {bind.isError ? <ProblemNote error={bind.error} className="mt-2" /> : null}
      </Cell>
      <Cell label="Given" className="text-muted">
        <RelativeTime at={binding.since} />
      </Cell>
      <Cell className="text-right max-md:ml-auto">
        {mayWrite ? (
          <ConfirmButton
            word="Take away"
            question="Take it away?"
            label={`Take the access of ${binding.user.name} away`}
            onDo={() => bind.mutate({ user: binding.user.id })}
          />
        ) : null}
      </Cell>
    </Row>
  );
}

function AddBinding({ instance, onClose }: { instance: string; onClose: () => void }) {
  const me = useMe();
  const bind = useBind(instance);
  const members =
    useInfiniteQuery(membersQuery(me.tenant.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const [user, setUser] = useState("");
  const [role, setRole] = useState("member");
  function submit(event: SubmitEvent) {
    event.preventDefault();
    bind.mutate({ user, role }, { onSuccess: onClose });
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Give access to ${instance}`}
      description="It adds to what their role in the tenant lets them do."
    >
      <form onSubmit={submit} className="contents">
        <DialogBody className="flex flex-col gap-3">
          {bind.isError ? <ProblemNote error={bind.error} /> : null}
          <Field label="Who">
            {(props) => (
              <Select {...props} autoFocus value={user} onChange={(event) => setUser(event.target.value)}>
                <option value="">Somebody of the team…</option>
                {members.map((member) => (
                  <option key={member.user.id} value={member.user.id}>
                    {member.user.name} ({heldRole(member)})
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Role here">
            {(props) => (
              <RoleSelect {...props} value={role} onChange={(event) => setRole(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" pending={bind.isPending} disabled={!user || bind.isPending}>
            Give access
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
