import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";

import type { Webhook } from "@/api/types";
import { Page } from "@/app/page";
import { plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { EmptyState, Panel } from "@/ui/layout";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useMay } from "../session/queries";
import { webhooksQuery } from "./queries";
import { WebhookDialog } from "./webhook-dialog";
import { KIND_WORDS } from "./words";

export function WebhooksPage() {
  const webhooks = useQuery(webhooksQuery());
  const mayWrite = useMay("webhook:write");
  const [creating, setCreating] = useState(false);
  return (
    <Page title="Webhooks" quietHeading cli="stead webhooks list" narrow>
      <Panel
        title="Webhooks"
        flush
        actions={
          mayWrite ? (
            <Button size="small" onClick={() => setCreating(true)}>
              <Plus aria-hidden /> New webhook
            </Button>
          ) : null
        }
      >
        <QueryView query={webhooks}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={<WebhookIcon aria-hidden />} title="No webhooks yet">
                <p>
                  Stead tells your own programs, Discord or Slack what happens here: signed by the Standard
                  Webhooks rules, tried again until they answer, with a log of every delivery.
                </p>
                <CliBlock command="stead webhooks create deploy-bot https://example.org/hooks --events instance.failed" />
              </EmptyState>
            ) : (
              <Table label="Webhooks" head={["Name", "Goes to", "Events", "Health"]}>
                {items.map((webhook) => (
                  <WebhookRow key={webhook.id} webhook={webhook} />
                ))}
              </Table>
            )
          }
        </QueryView>
      </Panel>
      {creating ? <WebhookDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  return (
    <Row className="relative hover:bg-hover">
      <Cell wide>
        <Link
          to="/settings/webhooks/$webhook"
          params={{ webhook: webhook.id }}
          className="font-medium after:absolute after:inset-0"
        >
          {webhook.name}
        </Link>
        {webhook.enabled ? null : (
          <span className="ml-2">
            <Badge tone="warn">off</Badge>
          </span>
        )}
      </Cell>
      <Cell wide className="truncate text-muted md:max-w-64">
        {webhook.kind === "standard" ? (
          <span className="font-mono text-sm">{webhook.url}</span>
        ) : (
          KIND_WORDS[webhook.kind]
        )}
      </Cell>
      <Cell className="text-muted">
        {webhook.events.length === 0 ? "all" : plural(webhook.events.length, "event")}
      </Cell>
      <Cell className="text-muted">
        {webhook.failing_since ? (
          <span className="flex items-center gap-2">
            <Badge tone="bad">fails</Badge>
            <span>
              first <RelativeTime at={webhook.failing_since} />
            </span>
          </span>
        ) : webhook.last_success_at ? (
          <span className="flex items-center gap-2">
            <Badge tone="ok">answers</Badge>
            <RelativeTime at={webhook.last_success_at} />
          </span>
        ) : (
          "nothing sent yet"
        )}
      </Cell>
    </Row>
  );
}
