import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";

import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import { useMe } from "../session/queries";
import { membersQuery } from "../team/queries";
import type { AuditFilter } from "./queries";

/** Groups of actions people look for; `*` stands for whatever follows. */
const ACTIONS = [
  ["", "everything"],
  ["sign_in.*", "sign-ins"],
  ["session.*", "sessions"],
  ["device.*", "devices"],
  ["password.*", "passwords"],
  ["email.*", "e-mail addresses"],
  ["passkey.*", "passkeys"],
  ["totp.*", "authenticator apps"],
  ["token.*", "API tokens"],
  ["instance.*", "instances"],
  ["operation.*", "operations"],
  ["member.*", "members"],
  ["invite.*", "invitations"],
  ["role.*", "roles"],
  ["secret.*", "secrets"],
  ["webhook.*", "webhooks"],
  ["tenant.*", "the tenant"],
  ["user.*", "accounts"],
  ["keys.*", "keys"],
] as const;

const DAY = 86_400_000;
const SPANS = [
  ["", "any time"],
  ["1", "the last day"],
  ["7", "the last week"],
  ["30", "the last month"],
] as const;

export function FilterBar({
  filter,
  onChange,
}: {
  filter: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}) {
  const me = useMe();
  const members =
    useInfiniteQuery(membersQuery(me.tenant.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const [object, setObject] = useState(filter.object ?? "");
  const [span, setSpan] = useState("");
  const set = (change: AuditFilter) => {
    const next = { ...filter, ...change };
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value)));
  };
  return (
    <form
      role="search"
      aria-label="Filter the audit log"
      className="mb-3 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap"
      onSubmit={(event) => {
        event.preventDefault();
        set({ object: object.trim() });
      }}
    >
      <Select
        aria-label="What"
        className="sm:w-36"
        value={filter.action ?? ""}
        onChange={(event) => set({ action: event.target.value })}
      >
        {ACTIONS.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Who"
        className="sm:w-40"
        value={filter.actor ?? ""}
        onChange={(event) => set({ actor: event.target.value })}
      >
        <option value="">by anybody</option>
        {members.map(({ user }) => (
          <option key={user.id} value={user.id}>
            by {user.name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="When"
        className="sm:w-36"
        value={span}
        onChange={(event) => {
          setSpan(event.target.value);
          const days = Number(event.target.value);
          set({ from: days ? new Date(Date.now() - days * DAY).toISOString() : "" });
        }}
      >
        {SPANS.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      <Input
        aria-label="Object"
        mono
        className="sm:w-52!"
        placeholder="id of an object"
        value={object}
        onChange={(event) => setObject(event.target.value)}
        onBlur={() => {
          if (object.trim() !== (filter.object ?? "")) set({ object: object.trim() });
        }}
      />
      {Object.keys(filter).length > 0 ? (
        <Button
          kind="quiet"
          onClick={() => {
            setObject("");
            setSpan("");
            onChange({});
          }}
        >
          <X aria-hidden /> Clear
        </Button>
      ) : null}
    </form>
  );
}
