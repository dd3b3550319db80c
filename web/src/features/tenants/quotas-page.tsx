import { useQuery } from "@tanstack/react-query";

import type { Quota } from "@/api/types";
import { Page } from "@/app/page";
import { Panel } from "@/ui/layout";
import { Meter } from "@/ui/meter";
import { QueryView } from "@/ui/query-view";
import { useMe } from "../session/queries";
import { amountWords, QUOTA_WORDS } from "./quota-words";
import { quotasQuery } from "./queries";

export function QuotasPage() {
  const me = useMe();
  const quotas = useQuery(quotasQuery(me.tenant.id));
  return (
    <Page title="Quotas" quietHeading cli="stead tenants quotas" narrow>
      <Panel title="What this tenant may take" flush>
        <QueryView query={quotas} rows={5}>
          {({ items }) => (
            <ul className="divide-y">
              {items.map((quota) => (
                <QuotaRow key={quota.what} quota={quota} />
              ))}
            </ul>
          )}
        </QueryView>
      </Panel>
      <p className="mt-3 text-sm text-muted">
        A request above a limit is refused and says which one. Operators of this installation change limits.
      </p>
    </Page>
  );
}

function QuotaRow({ quota }: { quota: Quota }) {
  const words = QUOTA_WORDS[quota.what] ?? { title: quota.what, detail: "" };
  const used = amountWords(quota.what, quota.used);
  const limit = amountWords(quota.what, quota.limit);
  return (
    <li className="grid items-center gap-x-6 gap-y-2 px-4 py-3 sm:grid-cols-[1fr_16rem]">
      <div>
        <p className="font-medium">{words.title}</p>
        {words.detail ? <p className="text-sm text-muted">{words.detail}</p> : null}
      </div>
      <div>
        <p className="mb-1 flex justify-between text-sm numeric">
          <span>{used}</span>
          <span className="text-muted">of {limit}</span>
        </p>
        <Meter label={words.title} value={quota.used} max={quota.limit} text={`${used} of ${limit}`} />
      </div>
    </li>
  );
}
