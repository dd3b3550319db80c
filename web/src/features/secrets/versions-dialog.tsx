import { useQuery } from "@tanstack/react-query";

import { Dialog, DialogBody } from "@/ui/dialog";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { secretVersionsQuery, type Secret } from "./queries";

export function VersionsDialog({
  base,
  secret,
  onClose,
}: {
  base: string;
  secret: Secret;
  onClose: () => void;
}) {
  const versions = useQuery(secretVersionsQuery(base, secret.name));
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Versions of ${secret.name}`}
      description="Who set it and when. Instances get the newest at their start."
    >
      <DialogBody className="flex flex-col gap-4">
        <div className="overflow-hidden rounded-md border">
          <QueryView query={versions} rows={2}>
            {({ items }) => (
              <Table label="Versions" head={["Version", "Set by", "When"]}>
                {items.map((item) => (
                  <Row key={item.version}>
                    <Cell className="numeric">
                      {item.version} {item.current ? <Badge tone="ok">current</Badge> : null}
                    </Cell>
                    <Cell className="text-muted">{item.created_by ?? "–"}</Cell>
                    <Cell className="text-muted">
                      <RelativeTime at={item.created_at} />
                    </Cell>
                  </Row>
                ))}
              </Table>
            )}
          </QueryView>
        </div>
        <div>
          <h3 className="mb-1 font-medium">Used by</h3>
          <p className="text-muted">
            {secret.used_by && secret.used_by.length > 0
              ? secret.used_by.join(", ")
              : "No instance has started with it yet."}
          </p>
        </div>
      </DialogBody>
    </Dialog>
  );
}
