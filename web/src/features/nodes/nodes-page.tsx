import { useQuery } from "@tanstack/react-query";
import { Server } from "lucide-react";

import type { Node, NodeDriver } from "@/api/types";
import { Page } from "@/app/page";
import { bytes, plural } from "@/format/numbers";
import { CliBlock } from "@/ui/copy";
import { EmptyState, Fact, Facts, Panel, SkeletonRows } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { Badge } from "@/ui/state-pill";
import { nodesQuery } from "./queries";

export function NodesPage() {
  const nodes = useQuery(nodesQuery());
  return (
    <Page title="Nodes" detail="The machines that run your instances." cli="stead nodes">
      {nodes.isError ? (
        <ProblemNote error={nodes.error} />
      ) : nodes.isPending ? (
        <SkeletonRows rows={2} />
      ) : nodes.data.items.length === 0 ? (
        <EmptyState icon={<Server aria-hidden />} title="No node has connected yet">
          <p>The server alone runs nothing. Start both in one process:</p>
          <CliBlock command="stead up" />
        </EmptyState>
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {nodes.data.items.map((node) => (
            <NodePanel key={node.id} node={node} />
          ))}
        </div>
      )}
    </Page>
  );
}

const DRIVERS: Record<string, string> = { oci: "Embedded sandbox", sim: "Simulated machines" };
const ABILITIES = [
  ["pause", "pause"],
  ["images", "images"],
  ["host_userland", "host userland"],
  ["limits", "CPU and memory limits"],
  ["disk_quota", "disk quota"],
  ["outbound_network", "outbound network"],
] as const satisfies readonly (readonly [keyof NodeDriver, string])[];

function NodePanel({ node }: { node: Node }) {
  return (
    <Panel
      title={node.name}
      actions={
        node.connected ? <Badge tone="ok">● Connected</Badge> : <Badge tone="warn">▲ Not connected</Badge>
      }
    >
      <div className="flex flex-col gap-4">
        <Facts>
          <Fact name="Runs">{plural(node.instances, "instance")}</Fact>
          <Fact name="CPUs">{node.cpu_count}</Fact>
          <Fact name="Memory">{bytes(node.memory_bytes)}</Fact>
          <Fact name="Free disk">{bytes(node.disk_free_bytes)}</Fact>
          <Fact name="Version">{node.version}</Fact>
          <Fact name="Last heard">
            <RelativeTime at={node.last_seen_at} />
          </Fact>
        </Facts>
        {node.drivers.map((driver) => (
          <div key={driver.driver} className="border-t pt-3">
            <h3 className="font-medium">{DRIVERS[driver.driver] ?? driver.driver}</h3>
            <ul className="mt-1.5 flex flex-wrap gap-1.5" aria-label="Abilities">
              {ABILITIES.map(([key, words]) => (
                <li key={key}>
                  <Badge tone={driver[key] ? "ok" : "still"}>
                    {driver[key] ? "✓" : "✕"} {driver[key] ? words : `no ${words}`}
                  </Badge>
                </li>
              ))}
            </ul>
            {driver.missing.map((text) => (
              <Note key={text} tone="warn" title={text} className="mt-2" />
            ))}
          </div>
        ))}
      </div>
    </Panel>
  );
}
