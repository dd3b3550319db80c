import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { TenantSecurity } from "@/api/types";
import { ApiError, fieldErrors } from "@/api/problem";
import { Page } from "@/app/page";
import { Checkbox, Field, TextArea } from "@/ui/field";
import { FormPanel } from "@/ui/form-panel";
import { Note } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { toast } from "@/ui/toast";
import { sessionsQuery } from "../account/queries";
import { useMay, useMe } from "../session/queries";
import { factorsQuery } from "../sign-in/queries";
import { securityQuery, useSetSecurity } from "./queries";

export function TenantSecurityPage() {
  const me = useMe();
  const security = useQuery(securityQuery(me.tenant.id));
  return (
    <Page title="Security of the tenant" heading="Security" quietHeading cli="stead tenants security" narrow>
      <QueryView query={security}>
        {(present) => (
          <div key={JSON.stringify(present)} className="flex flex-col gap-4">
            <FactorForm present={present} />
            <AddressForm present={present} />
          </div>
        )}
      </QueryView>
    </Page>
  );
}

function FactorForm({ present }: { present: TenantSecurity }) {
  const me = useMe();
  const mayWrite = useMay("tenant:write");
  const factors = useQuery(factorsQuery());
  const set = useSetSecurity(me.tenant.id);
  const [on, setOn] = useState(present.require_second_factor);
  const bare = factors.data && !factors.data.totp && factors.data.passkeys === 0;
  return (
    <FormPanel
      title="Second factor"
      detail="Members without one can do nothing here but set one up. Their API tokens stop too."
      changed={mayWrite && on !== present.require_second_factor && !(on && bare)}
      pending={set.isPending}
      error={set.error}
      onSubmit={() =>
        set.mutate(
          { require_second_factor: on },
          {
            onSuccess: () =>
              toast({ title: on ? "A second factor is demanded now" : "A password is enough now" }),
          },
        )
      }
    >
      <Checkbox
        label="Everybody here needs a passkey or an authenticator app"
        checked={on}
        disabled={!mayWrite}
        onChange={(event) => setOn(event.target.checked)}
      />
      {on && bare ? (
        <Note
          tone="warn"
          title="You have no second factor yourself."
          detail="Set one up first, or you would be the first who is kept out."
          action={
            <Link to="/account/security" className="text-accent-ink underline underline-offset-2">
              Set up
            </Link>
          }
        />
      ) : null}
    </FormPanel>
  );
}

/** How the server refuses a list that would keep out whoever saves it. */
const LOCKS_OUT = "would_lock_you_out";

function AddressForm({ present }: { present: TenantSecurity }) {
  const me = useMe();
  const mayWrite = useMay("tenant:write");
  const sessions = useQuery(sessionsQuery());
  const set = useSetSecurity(me.tenant.id);
  const before = present.ip_allowlist.join("\n");
  const [text, setText] = useState(before);
  const [lockOut, setLockOut] = useState(false);
  const locksOut = set.error instanceof ApiError && set.error.code === LOCKS_OUT;
  const errors = fieldErrors(set.error, ["ip_allowlist"]);
  const own = sessions.data?.items.find((session) => session.current)?.ip;
  const networks = text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    <FormPanel
      title="Where requests may come from"
      detail={
        <>
          {own ? (
            <>
              You come from <span className="font-mono">{own}</span>: keep a network with it in the list.{" "}
            </>
          ) : null}
          It counts for the dashboard, the API and terminals of this tenant, within seconds.
        </>
      }
      changed={mayWrite && networks.join("\n") !== before}
      pending={set.isPending}
      error={errors["ip_allowlist"] ? undefined : set.error}
      onSubmit={() =>
        set.mutate(
          { ip_allowlist: networks, ...(lockOut ? { lock_me_out: true } : {}) },
          { onSuccess: () => toast({ title: "Networks saved" }) },
        )
      }
    >
      <Field
        label="Networks, one a line"
        error={errors["ip_allowlist"]}
        hint="Addresses or networks in CIDR form. Empty: from anywhere."
        className="max-w-sm"
      >
        {(props) => (
          <TextArea
            {...props}
            rows={4}
            disabled={!mayWrite}
            value={text}
            placeholder={"192.0.2.0/24\n2001:db8::/32"}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {locksOut || lockOut ? (
        <Checkbox
          label="My own address is not in the list, and that is meant"
          checked={lockOut}
          onChange={(event) => setLockOut(event.target.checked)}
        />
      ) : null}
    </FormPanel>
  );
}
