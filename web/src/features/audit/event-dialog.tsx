import { exact } from "@/format/time";
import { Dialog, DialogBody } from "@/ui/dialog";
import { Fact, Facts } from "@/ui/layout";
import { browserWords } from "../account/browser-words";
import { changes, type Change } from "./changes";
import type { AuditEvent } from "./queries";

export function EventDialog({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  const changed = changes(event.before, event.after);
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={<span className="font-mono">{event.action}</span>}
    >
      <DialogBody className="flex flex-col gap-4">
        <Facts>
          <Fact name="When">{exact(Date.parse(event.at))}</Fact>
          <Fact name="Who">
            {event.actor ? (event.actor.name ?? "Somebody whose data was erased") : "Stead itself"}
            {event.actor ? <Id text={event.actor.id} /> : null}
          </Fact>
          {event.object ? (
            <Fact name="On">
              <span className="font-mono text-sm break-all">{event.object}</span>
            </Fact>
          ) : null}
          <Fact name="From">
            <span className="font-mono text-sm">{event.ip ?? "–"}</span>
            {event.user_agent ? (
              <span className="text-muted"> · {browserWords(event.user_agent)}</span>
            ) : null}
          </Fact>
          {event.credential ? (
            <Fact name="Signed in by">
              <span className="font-mono text-sm break-all">{event.credential}</span>
            </Fact>
          ) : null}
          {event.request_id ? (
            <Fact name="Request">
              <span className="font-mono text-sm break-all">{event.request_id}</span>
            </Fact>
          ) : null}
          <Fact name="Place in the log">{event.index.toLocaleString("en")}</Fact>
        </Facts>
        {changed.length > 0 ? <ChangeTable changes={changed} /> : null}
        {event.detail === undefined || event.detail === null ? null : (
          <div>
            <h3 className="mb-1 font-medium">Detail</h3>
            <pre
              tabIndex={0}
              aria-label="Detail"
              className="max-h-64 overflow-auto rounded-md border bg-sunken p-3 font-mono text-xs whitespace-pre-wrap"
            >
              {JSON.stringify(event.detail, null, 2)}
            </pre>
          </div>
        )}
      </DialogBody>
    </Dialog>
  );
}

function Id({ text }: { text: string }) {
  return <span className="block font-mono text-xs break-all text-muted">{text}</span>;
}

function ChangeTable({ changes: list }: { changes: readonly Change[] }) {
  return (
    <div>
      <h3 className="mb-1 font-medium">What changed</h3>
      <div className="overflow-x-auto rounded-md border">
        <table className="w-full text-sm">
          <thead>
            <tr className="border-b text-left text-muted">
              <th scope="col" className="px-3 py-1.5 font-medium">
                Field
              </th>
              <th scope="col" className="px-3 py-1.5 font-medium">
                Before
              </th>
              <th scope="col" className="px-3 py-1.5 font-medium">
                After
              </th>
            </tr>
          </thead>
          <tbody className="divide-y font-mono">
            {list.map((change) => (
              <tr key={change.field}>
                <th scope="row" className="px-3 py-1.5 text-left font-normal break-all">
                  {change.field}
                </th>
                <td className="bg-bad-soft px-3 py-1.5 break-all text-bad">{change.before ?? ""}</td>
                <td className="bg-ok-soft px-3 py-1.5 break-all text-ok">{change.after ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
