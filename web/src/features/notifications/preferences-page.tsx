import { useQuery } from "@tanstack/react-query";

import type { Preference } from "@/api/types";
import { Page } from "@/app/page";
import { Panel } from "@/ui/layout";
import { QueryView } from "@/ui/query-view";
import { Cell, Row, Table } from "@/ui/table";
import { useMe } from "../session/queries";
import { preferencesQuery, useSetPreferences } from "./queries";

const CHANNELS = [
  { key: "mail", words: "E-mail" },
  { key: "inbox", words: "In the dashboard" },
] as const;

export function PreferencesPage() {
  const me = useMe();
  const preferences = useQuery(preferencesQuery());
  const set = useSetPreferences();
  const change = (preference: Preference, channel: "mail" | "inbox", on: boolean) =>
    set.mutate([{ kind: preference.kind, [channel]: on }]);
  return (
    <Page title="Notifications" quietHeading cli="stead notifications" narrow>
      <Panel title="What you are told, and where" flush>
        <p className="border-b px-4 py-2.5 text-sm text-muted">
          Mails go to {me.user.email ?? "your address, once you have one"}. What protects your account is
          always mailed. Saved as you change it.
        </p>
        <QueryView query={preferences} rows={6}>
          {({ items }) => (
            <Table
              label="Notifications"
              head={["Event", ...CHANNELS.map((channel) => channel.words)]}
              columns={{ 1: "w-28 text-center", 2: "w-36 text-center" }}
            >
              {items.map((item) => (
                <Row key={item.kind}>
                  <Cell wide>
                    {item.title}
                    {item.fixed ? <span className="ml-2 text-sm text-faint">always on</span> : null}
                  </Cell>
                  {CHANNELS.map(({ key, words }) => (
                    <Cell key={key} className="md:text-center">
                      <label className="inline-flex items-center gap-2 p-1">
                        <input
                          type="checkbox"
                          className="size-4 accent-accent"
                          checked={item[key]}
                          disabled={item.fixed}
                          onChange={(event) => change(item, key, event.target.checked)}
                        />
                        <span className="md:sr-only">
                          {words}
                          <span className="sr-only">: {item.title}</span>
                        </span>
                      </label>
                    </Cell>
                  ))}
                </Row>
              ))}
            </Table>
          )}
        </QueryView>
      </Panel>
    </Page>
  );
}
