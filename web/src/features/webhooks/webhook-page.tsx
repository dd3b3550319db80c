import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, Send } from "lucide-react";
import { useState } from "react";

import type { Delivery, Webhook } from "@/api/types";
import { ApiError } from "@/api/problem";
import { NotFound } from "@/app/failures";
import { Page } from "@/app/page";
import { duration } from "@/format/time";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { Dialog, DialogActions, DialogBody } from "@/ui/dialog";
import { Fact, Facts, Panel } from "@/ui/layout";
import { Note } from "@/ui/problem-note";
import { Hidden, QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { SecretOnce } from "@/ui/secret-once";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { toast } from "@/ui/toast";
import { useMay } from "../session/queries";
import { DeliveryDialog } from "./delivery-dialog";
import {
  deliveriesQuery,
  useChangeWebhook,
  useDeleteWebhook,
  useRedeliver,
  useRotateWebhookSecret,
  useTestWebhook,
  webhookQuery,
} from "./queries";
import { WebhookDialog } from "./webhook-dialog";
import { deliveryLook, KIND_WORDS } from "./words";

const route = getRouteApi("/shell/settings/webhooks/$webhook");

export function WebhookPage() {
  const { webhook: id } = route.useParams();
  const webhook = useQuery(webhookQuery(id));
  if (webhook.error instanceof ApiError && webhook.error.status === 404) return <NotFound what="webhook" />;
  return (
    <Page title={webhook.data?.name ?? "Webhook"} quietHeading cli={`stead webhooks deliveries ${id}`} narrow>
      <Link to="/settings/webhooks" className="mb-3 inline-flex items-center gap-1 text-muted hover:text-ink">
        <ChevronLeft aria-hidden className="size-4" /> All webhooks
      </Link>
      <QueryView query={webhook}>
        {(data) => (
          <div className="flex flex-col gap-4">
            <About webhook={data} />
            <Deliveries webhook={data} />
          </div>
        )}
      </QueryView>
    </Page>
  );
}

function About({ webhook }: { webhook: Webhook }) {
  const mayWrite = useMay("webhook:write");
  const navigate = useNavigate();
  const change = useChangeWebhook(webhook.id);
  const test = useTestWebhook(webhook.id);
  const rotate = useRotateWebhookSecret(webhook.id);
  const deletion = useDeleteWebhook(webhook.id);
  const [open, setOpen] = useState<"change" | "rotate" | "delete">();
  const secret = rotate.data?.secret;
  const close = () => setOpen(undefined);
  return (
    <Panel
      title={webhook.name}
      actions={
        mayWrite ? (
          <span className="flex flex-wrap justify-end gap-2">
            <Button
              size="small"
              pending={test.isPending}
              onClick={() =>
                test.mutate(undefined, { onSuccess: () => toast({ title: "A test message is on its way" }) })
              }
            >
              <Send aria-hidden /> Test
            </Button>
            <Button size="small" onClick={() => setOpen("change")}>
              Change
            </Button>
          </span>
        ) : null
      }
    >
      {webhook.enabled ? null : (
        <Note
          tone="warn"
          className="mb-4"
          title={webhook.disabled_reason ?? "This webhook is off."}
          detail="Nothing is sent until it is switched on. What happened meanwhile is not sent later."
          action={
            mayWrite ? (
              <Button
                size="small"
                pending={change.isPending}
                onClick={() => change.mutate({ enabled: true })}
              >
                Switch on
              </Button>
            ) : null
          }
        />
      )}
      <Facts>
        <Fact name="Kind">{KIND_WORDS[webhook.kind]}</Fact>
        <Fact name="Address">
          <span className="font-mono text-sm break-all">{webhook.url}</span>
        </Fact>
        <Fact name="Events">
          <span className="flex flex-wrap gap-1">
            {webhook.events.length === 0
              ? "all"
              : webhook.events.map((event) => <Badge key={event}>{event}</Badge>)}
          </span>
        </Fact>
        <Fact name="Last success">
          {webhook.last_success_at ? <RelativeTime at={webhook.last_success_at} /> : "none yet"}
          {webhook.failing_since ? (
            <span className="ml-2 text-bad">
              failing, first <RelativeTime at={webhook.failing_since} />
            </span>
          ) : null}
        </Fact>
        {webhook.previous_secret_until ? (
          <Fact name="Old secret">
            signs too, ends <RelativeTime at={webhook.previous_secret_until} />
          </Fact>
        ) : null}
        <Fact name="Made">
          <RelativeTime at={webhook.created_at} />
        </Fact>
      </Facts>
      {mayWrite ? (
        <div className="mt-4 flex flex-wrap gap-2 border-t pt-3">
          {webhook.enabled ? (
            <Button size="small" pending={change.isPending} onClick={() => change.mutate({ enabled: false })}>
              Switch off
            </Button>
          ) : null}
          {webhook.kind === "standard" ? (
            <Button size="small" onClick={() => setOpen("rotate")}>
              New signing secret…
            </Button>
          ) : null}
          <Button size="small" kind="danger" onClick={() => setOpen("delete")}>
            Delete…
          </Button>
        </div>
      ) : null}
      {open === "change" ? <WebhookDialog before={webhook} onClose={close} /> : null}
      {open === "rotate" && !secret ? (
        <ConfirmDialog
          title="Make a new signing secret?"
          losses={[
            "For a day messages carry both signatures; then the present secret checks nothing any more.",
          ]}
          action="Make a new one"
          keep="Keep the present one"
          pending={rotate.isPending}
          error={rotate.error}
          onConfirm={() => rotate.mutate()}
          onClose={close}
        />
      ) : null}
      {secret ? (
        <Dialog
          open
          onOpenChange={() => {
            rotate.reset();
            close();
          }}
          title="Copy the signing secret now"
          description="It is shown this once."
        >
          <DialogBody>
            <SecretOnce text={secret} label="Copy the signing secret" />
          </DialogBody>
          <DialogActions>
            <Button
              kind="primary"
              onClick={() => {
                rotate.reset();
                close();
              }}
            >
              I have copied it
            </Button>
          </DialogActions>
        </Dialog>
      ) : null}
      {open === "delete" ? (
        <ConfirmDialog
          title={`Delete ${webhook.name}?`}
          losses={[
            "Nothing is sent to it any more; what waits is dropped.",
            "Its log of deliveries goes too.",
          ]}
          action="Delete it"
          pending={deletion.isPending}
          error={deletion.error}
          onConfirm={() =>
            deletion.mutate(undefined, { onSuccess: () => void navigate({ to: "/settings/webhooks" }) })
          }
          onClose={close}
        />
      ) : null}
    </Panel>
  );
}

function Deliveries({ webhook }: { webhook: Webhook }) {
  const deliveries = useInfiniteQuery(deliveriesQuery(webhook.id));
  const [shown, setShown] = useState<Delivery>();
  return (
    <Panel title="Deliveries" flush>
      <QueryView query={deliveries}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          return items.length === 0 ? (
            <p className="p-4 text-muted">
              Nothing was sent yet. “Test” sends a message that says it is one.
            </p>
          ) : (
            <Table
              label="Deliveries"
              head={["Event", "State", "Answer", "Sent", <Hidden key="actions">Actions</Hidden>]}
            >
              {items.map((delivery) => (
                <DeliveryRow key={delivery.id} webhook={webhook} delivery={delivery} onShow={setShown} />
              ))}
            </Table>
          );
        }}
      </QueryView>
      {deliveries.hasNextPage ? (
        <div className="flex justify-center border-t p-3">
          <Button
            size="small"
            pending={deliveries.isFetchingNextPage}
            onClick={() => void deliveries.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      ) : null}
      {shown ? <DeliveryDialog delivery={shown} onClose={() => setShown(undefined)} /> : null}
    </Panel>
  );
}

function DeliveryRow({
  webhook,
  delivery,
  onShow,
}: {
  webhook: Webhook;
  delivery: Delivery;
  onShow: (delivery: Delivery) => void;
}) {
  const mayWrite = useMay("webhook:write");
  const again = useRedeliver(webhook.id);
  const look = deliveryLook(delivery);
  const last = delivery.attempts.at(-1);
  return (
    <Row className="relative hover:bg-hover">
      <Cell wide>
        <button
          type="button"
          className="font-mono text-sm after:absolute after:inset-0"
          onClick={() => onShow(delivery)}
        >
          {delivery.event}
        </button>
      </Cell>
      <Cell>
        <Badge tone={look.tone}>{look.word}</Badge>
        {delivery.attempts.length > 1 ? (
          <span className="ml-2 text-sm text-muted">{delivery.attempts.length} attempts</span>
        ) : null}
      </Cell>
      <Cell className="text-muted numeric">
        {last?.status ?? "–"}
        {last ? <span className="ml-2 text-sm">{duration(last.took_ms)}</span> : null}
      </Cell>
      <Cell className="text-muted">
        <RelativeTime at={delivery.created_at} />
      </Cell>
      <Cell className="relative text-right max-md:ml-auto">
        {mayWrite && delivery.state !== "queued" ? (
          <Button
            size="small"
            kind="quiet"
            aria-label={`Send ${delivery.event} again`}
            pending={again.isPending}
            onClick={() => again.mutate(delivery.id)}
          >
            Send again
          </Button>
        ) : null}
      </Cell>
    </Row>
  );
}
