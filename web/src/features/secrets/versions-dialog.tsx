import { useQuery } from "@tanstack/react-query";

import type { Secret } from "@/api/types";
import { NONE } from "@/format/numbers";
import { Dialog, DialogBody } from "@/ui/dialog";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { useNames } from "../team/use-names";
import { secretVersionsQuery, type SecretHolder } from "./queries";

export function VersionsDialog({
  holder,
  secret,
  onClose,
}: {
  holder: SecretHolder;
  secret: Secret;
  onClose: () => void;
}) {
  const nameOf = useNames();
  const versions = useQuery(secretVersionsQuery(holder, secret.name));
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Versions of ${secret.name}`}
      description="Who set it and when; the newest twenty. Instances get the newest value at their start."
    >
      <DialogBody className="flex flex-col gap-4">
        <div className="overflow-hidden rounded-md border">
          <QueryView query={versions} rows={2}>
            {({ items }) => (
              <Table label="Versions" head={["Version", "Set by", "When"]}>
                {items.map((item, index) => (
                  <Row key={item.version}>
                    <Cell className="numeric">
                      {item.version} {index === 0 ? <Badge tone="ok">current</Badge> : null}
                    </Cell>
                    <Cell className="text-muted">{nameOf(item.created_by) ?? NONE}</Cell>
                    <Cell className="text-muted">
                      <RelativeTime at={item.created_at} />
                    </Cell>
                  </Row>
                ))}
              </Table>
            )}
          </QueryView>
        </div>
      </DialogBody>
    </Dialog>
  );
}
