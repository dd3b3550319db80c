import type { Delivery } from "@/api/types";
import { duration } from "@/format/time";
import { Dialog, DialogBody } from "@/ui/dialog";
import { Fact, Facts } from "@/ui/layout";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { deliveryLook } from "./words";

export function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const look = deliveryLook(delivery);
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={delivery.event}
    >
      <DialogBody className="flex flex-col gap-4">
        <Facts>
          <Fact name="State">
            <Badge tone={look.tone}>{look.word}</Badge>
          </Fact>
          <Fact name="Id">
            <span className="font-mono text-sm break-all">{delivery.id}</span>
          </Fact>
          {delivery.next_attempt_at ? (
            <Fact name="Next attempt">
              <RelativeTime at={delivery.next_attempt_at} />
            </Fact>
          ) : null}
        </Facts>
        <Text title="Sent" text={pretty(delivery.body)} />
        <div>
          <h3 className="mb-1 font-medium">Attempts</h3>
          {delivery.attempts.length === 0 ? (
            <p className="text-muted">None yet.</p>
          ) : (
            <ol className="flex flex-col divide-y rounded-md border">
              {delivery.attempts.toReversed().map((attempt) => (
                <li key={attempt.at} className="px-3 py-2">
                  <p className="flex flex-wrap items-center gap-x-3 text-muted">
                    <Badge tone={attempt.status && attempt.status < 300 ? "ok" : "bad"}>
                      {attempt.status ?? "no answer"}
                    </Badge>
                    <RelativeTime at={attempt.at} />
                    <span className="numeric">{duration(attempt.took_ms)}</span>
                    {attempt.problem ? <span className="text-bad">{attempt.problem}</span> : null}
                  </p>
                  {attempt.excerpt ? (
                    <code className="mt-1 block font-mono text-xs break-words">{attempt.excerpt}</code>
                  ) : null}
                </li>
              ))}
            </ol>
          )}
        </div>
      </DialogBody>
    </Dialog>
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h3 className="mb-1 font-medium">{title}</h3>
      <pre
        tabIndex={0}
        aria-label={title}
        className="max-h-64 overflow-auto rounded-md border bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  );
}
