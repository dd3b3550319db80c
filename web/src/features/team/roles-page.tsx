import { useQuery } from "@tanstack/react-query";
import { Check, Minus, Plus } from "lucide-react";
import { Fragment, useState, type SubmitEvent } from "react";

import type { Role } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { Page } from "@/app/page";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { cx } from "@/ui/cx";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Field, Input, Select } from "@/ui/field";
import { Panel } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { toast } from "@/ui/toast";
import { givable } from "../session/permissions";
import { useMay, useMe } from "../session/queries";
import { permissionsQuery, rolesQuery, useDeleteRole, useSaveRole } from "./queries";
import { BUILT_IN, roleName } from "./roles";

interface Draft {
  id: string;
  name: string;
  permissions: ReadonlySet<string>;
}

export function RolesPage() {
  const me = useMe();
  const mayWrite = useMay("role:write");
  const roles = useQuery(rolesQuery(me.tenant.id));
  const [making, setMaking] = useState(false);
  const create = mayWrite ? (
    <Button size="small" onClick={() => setMaking(true)}>
      <Plus aria-hidden /> New role
    </Button>
  ) : null;
  return (
    <Page title="Roles" quietHeading cli="stead tenants roles">
      <Panel title="What each role may do" actions={create} flush>
        <QueryView query={roles} rows={8}>
          {({ items }) => <Matrix roles={items} mayWrite={mayWrite} />}
        </QueryView>
      </Panel>
      {making ? <NewRole roles={roles.data?.items ?? []} onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}

/** Roles across, permissions down. A tenant's own roles can be changed in place; on a phone one role is shown at a time. */
function Matrix({ roles, mayWrite }: { roles: readonly Role[]; mayWrite: boolean }) {
  const me = useMe();
  const save = useSaveRole(me.tenant.id);
  const [draft, setDraft] = useState<Draft>();
  const [doomed, setDoomed] = useState<Role>();
  const [chosen, setChosen] = useState(roles[0]?.id ?? "");
  const edit = (role: Role) => {
    save.reset();
    setDraft({ id: role.id, name: role.name, permissions: new Set(role.permissions) });
  };
  const onPhone = (role: Role) => role.id !== chosen && "max-md:hidden";
  const groups = givable(useQuery(permissionsQuery()).data?.items);
  const shownRole = roles.find((role) => role.id === chosen);
  return (
    <>
      {save.isError ? <ProblemNote error={save.error} className="m-4" /> : null}
      <div className="border-b p-3 md:hidden">
        <Field label="Role">
          {(props) => (
            <Select {...props} value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {roles.map((role) => (
                <option key={role.id} value={role.id}>
                  {roleName(role.id, roles)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {shownRole ? <p className="mt-1 text-sm text-muted">{BUILT_IN[shownRole.id]}</p> : null}
      </div>
      <div className="overflow-x-auto">
        <table aria-label="Permissions of roles" className="w-full border-collapse">
          <thead>
            <tr className="border-b text-left text-sm align-bottom">
              <th scope="col" className="px-4 py-2 font-medium text-muted">
                Permission
              </th>
              {roles.map((role) => (
                <th
                  key={role.id}
                  scope="col"
                  className={cx("w-28 px-2 py-2 text-center font-medium", onPhone(role))}
                  title={BUILT_IN[role.id]}
                >
                  {roleName(role.id, roles)}
                  <span className="block text-xs font-normal text-faint">
                    {role.built_in ? "built in" : "your own"}
                  </span>
                  {!role.built_in && mayWrite ? (
                    draft?.id === role.id ? (
                      <span className="mt-1 flex justify-center gap-1">
                        <Button
                          size="small"
                          kind="primary"
                          pending={save.isPending}
                          disabled={save.isPending}
                          onClick={() =>
                            save.mutate(
                              { id: draft.id, name: draft.name, permissions: [...draft.permissions] },
                              {
                                onSuccess: () => {
                                  setDraft(undefined);
                                  toast({ title: `${role.name} saved`, detail: "It counts within seconds." });
                                },
                              },
                            )
                          }
                        >
                          Save
                        </Button>
                        <Button size="small" onClick={() => setDraft(undefined)}>
                          Undo
                        </Button>
                      </span>
                    ) : (
                      <span className="mt-1 flex justify-center">
                        <Button
                          size="small"
                          kind="quiet"
                          aria-label={`Edit ${role.name}`}
                          onClick={() => edit(role)}
                        >
                          Edit
                        </Button>
                        <Button
                          size="small"
                          kind="quiet"
                          aria-label={`Delete ${role.name}`}
                          onClick={() => setDoomed(role)}
                        >
                          Delete
                        </Button>
                      </span>
                    )
                  ) : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ group, items }) => (
              <Fragment key={group}>
                <tr className="border-b bg-sunken">
                  <th
                    scope="colgroup"
                    colSpan={roles.length + 1}
                    className="px-4 py-1 text-left text-xs font-medium text-muted"
                  >
                    {group}
                  </th>
                </tr>
                {items.map(([key, words]) => (
                  <tr key={key} className="border-b last:border-b-0 hover:bg-hover">
                    <th scope="row" className="px-4 py-1.5 text-left font-normal">
                      {words ? <span className="block">{words}</span> : null}
                      <code className="font-mono text-xs text-faint">{key}</code>
                    </th>
                    {roles.map((role) => {
                      const editing = draft?.id === role.id;
                      const has = editing ? draft.permissions.has(key) : role.permissions.includes(key);
                      const own = me.permissions.includes(key);
                      return (
                        <td
                          key={role.id}
                          className={cx("px-2 text-center", editing && "bg-accent-soft", onPhone(role))}
                        >
                          {editing ? (
                            <input
                              type="checkbox"
                              aria-label={`${role.name}: ${words || key}`}
                              className="size-4 accent-accent"
                              checked={has}
                              disabled={!own && !has}
                              title={own ? undefined : "You cannot give what you may not do yourself"}
                              onChange={(event) => {
                                const next = new Set(draft.permissions);
                                if (event.target.checked) next.add(key);
                                else next.delete(key);
                                setDraft({ ...draft, permissions: next });
                              }}
                            />
                          ) : has ? (
                            <Check role="img" aria-label="yes" className="inline size-4 text-ok-mark" />
                          ) : (
                            <Minus role="img" aria-label="no" className="inline size-4 text-line-strong" />
                          )}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {doomed ? <DeleteRole role={doomed} onClose={() => setDoomed(undefined)} /> : null}
    </>
  );
}

function NewRole({ roles, onClose }: { roles: readonly Role[]; onClose: () => void }) {
  const me = useMe();
  const save = useSaveRole(me.tenant.id);
  const [name, setName] = useState("");
  const [like, setLike] = useState("member");
  const errors = fieldErrors(save.error, ["name", "permissions"]);
  const general = save.isError && (Object.keys(errors).length === 0 || errors[""] || errors["permissions"]);
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const from = roles.find((role) => role.id === like)?.permissions ?? [];
    save.mutate(
      { name: name.trim(), permissions: from.filter((permission) => me.permissions.includes(permission)) },
      {
        onSuccess: () => {
          toast({ title: `${name.trim()} is made`, detail: "Change what it may do in the table." });
          onClose();
        },
      },
    );
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="New role"
      description="Begins as a copy and is then changed in the table."
    >
      <form onSubmit={submit} noValidate className="contents">
        <DialogBody className="flex flex-col gap-3">
          {general ? <ProblemNote error={save.error} /> : null}
          <Field label="Name" error={errors["name"]}>
            {(props) => (
              <Input
                {...props}
                autoFocus
                value={name}
                placeholder="Deployer"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Like">
            {(props) => (
              <Select {...props} value={like} onChange={(event) => setLike(event.target.value)}>
                {roles.map((role) => (
                  <option key={role.id} value={role.id}>
                    {roleName(role.id, roles)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </DialogBody>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind="primary"
            pending={save.isPending}
            disabled={!name.trim() || save.isPending}
          >
            Create role
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function DeleteRole({ role, onClose }: { role: Role; onClose: () => void }) {
  const me = useMe();
  const deletion = useDeleteRole(me.tenant.id);
  return (
    <ConfirmDialog
      title={`Delete ${role.name}?`}
      losses={["The role goes for good. Members who have it must be given another first."]}
      action="Delete it"
      pending={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate(role.id, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
