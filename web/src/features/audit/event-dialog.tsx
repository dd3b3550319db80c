import type { AuditEvent } from "@/api/types";
import { exact } from "@/format/time";
import { Dialog, DialogBody } from "@/ui/dialog";
import { Fact, Facts } from "@/ui/layout";
import { browserWords } from "../account/browser-words";
import { changes, type Change } from "./changes";

export function EventDialog({
  event,
  actor,
  object,
  onClose,
}: {
  event: AuditEvent;
  /** Who acted, in words. */
  actor: string;
  object: { name?: string; words: string };
  onClose: () => void;
}) {
  const { before, after, ...rest } = fieldsOf(event.detail);
  const changed = changes(before, after);
  const more = Object.keys(rest).length > 0;
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
            {actor}
            {event.actor && event.actor !== actor ? <Id text={event.actor} /> : null}
          </Fact>
          {object.words ? (
            <Fact name="On">
              {object.name}
              {event.object && event.object !== object.name ? <Id text={event.object} /> : null}
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
        {more ? <Json title="Detail" value={rest} /> : null}
        {event.about ? <Json title="About" value={event.about} /> : null}
      </DialogBody>
    </Dialog>
  );
}

/** What the log says about an event is an object, unless it was erased. */
function fieldsOf(detail: unknown): Record<string, unknown> {
  return typeof detail === "object" && detail !== null ? { ...detail } : {};
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <h3 className="mb-1 font-medium">{title}</h3>
      <pre
        tabIndex={0}
        aria-label={title}
        className="max-h-64 overflow-auto rounded-md border bg-sunken p-3 font-mono text-xs whitespace-pre-wrap"
      >
        {JSON.stringify(value, null, 2)}
      </pre>
    </div>
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
