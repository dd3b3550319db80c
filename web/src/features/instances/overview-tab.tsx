import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";

import type { Instance, Usage } from "@/api/types";
import { Page } from "@/app/page";
import { bytes, cores, NONE, percent } from "@/format/numbers";
import { duration } from "@/format/time";
import { Button } from "@/ui/button";
import { CliBlock, CopyButton } from "@/ui/copy";
import { Fact, Facts, Panel, TextLink } from "@/ui/layout";
import { Meter, Sparkline } from "@/ui/meter";
import { Note } from "@/ui/problem-note";
import { RelativeTime } from "@/ui/relative-time";
import { Badge, OperationPill, TaskPill } from "@/ui/state-pill";
import { nodesQuery } from "../nodes/queries";
import { OperationSteps } from "../operations/operation-steps";
import { operationListQuery } from "../operations/queries";
import { kindWords } from "../operations/kinds";
import { useMay } from "../session/queries";
import { useShownInstance } from "./instance-page";
import { usageHistoryQuery } from "./queries";
import { imageWords, repositoryLink, repositoryWords, safeHref } from "./words";

export function OverviewTab() {
  const instance = useShownInstance();
  return instance ? <Overview instance={instance} /> : null;
}

function Overview({ instance }: { instance: Instance }) {
  const { problem, operation } = instance;
  return (
    <Page title={instance.name} heading="Overview" quietHeading cli={`stead show ${instance.name}`}>
      <div className="flex flex-col gap-4">
        {problem ? (
          <Note
            tone={instance.state.phase === "failed" ? "bad" : "warn"}
            title={problem.message}
            detail={
              <>
                {problem.next_step}
                {problem.errors?.map((field) => (
                  <span key={`${field.field}:${field.line ?? 0}`} className="block font-mono text-sm">
                    {field.line ? `line ${field.line}${field.column ? `:${field.column}` : ""} ` : ""}
                    {field.field}: {field.message}
                  </span>
                ))}
              </>
            }
            action={
              <Button asChild size="small">
                <Link to="/instances/$instance/console" params={{ instance: instance.name }}>
                  Read the console
                </Link>
              </Button>
            }
          />
        ) : null}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="flex min-w-0 flex-col gap-4">
            {operation ? (
              <Panel
                title={`${kindWords(operation.kind)} in progress`}
                actions={<TextLinkTo operation={operation.id}>Log and details</TextLinkTo>}
              >
                <OperationSteps operation={operation} />
              </Panel>
            ) : null}
            <UsagePanel instance={instance} />
            <TasksPanel instance={instance} />
            <RecentOperations instance={instance} />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <PreviewPanel instance={instance} />
            <SourcePanel instance={instance} />
            <MachinePanel instance={instance} />
            <Panel title="From your shell">
              <div className="flex flex-col gap-2">
                <CliBlock command={`stead attach ${instance.name}`} />
                <CliBlock command={`stead exec ${instance.name} -- git status`} />
                <CliBlock command={`stead logs ${instance.name} --follow`} />
              </div>
            </Panel>
          </div>
        </div>
      </div>
    </Page>
  );
}

function TextLinkTo({ operation, children }: { operation: string; children: React.ReactNode }) {
  return (
    <Link
      to="/operations/$operation"
      params={{ operation }}
      className="text-sm text-accent-ink hover:underline"
    >
      {children}
    </Link>
  );
}

function UsagePanel({ instance }: { instance: Instance }) {
  const history = useQuery(usageHistoryQuery(instance.id)).data;
  const { usage, resources } = instance;
  const points = (pick: (sample: Usage) => number) =>
    history.map((sample) => ({ at: Date.parse(sample.measured_at), value: pick(sample) }));
  return (
    <Panel
      title="Usage"
      actions={usage ? <span className="text-sm text-faint">{usage.processes} processes</span> : null}
    >
      {usage ? (
        <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
          <Measure name="CPU" now={cores(usage.cpu_millis)} of={cores(resources.cpu_millis)}>
            <Sparkline
              label="CPU"
              points={points((sample) => sample.cpu_millis)}
              max={resources.cpu_millis}
              format={cores}
            />
          </Measure>
          <Measure name="Memory" now={bytes(usage.memory_bytes)} of={bytes(resources.memory_bytes)}>
            <Sparkline
              label="Memory"
              points={points((sample) => sample.memory_bytes)}
              max={resources.memory_bytes}
              format={bytes}
            />
          </Measure>
          <Measure name="Disk" now={bytes(usage.disk_bytes)} of={bytes(resources.disk_bytes)}>
            <Meter
              label="Disk"
              value={usage.disk_bytes}
              max={resources.disk_bytes}
              text={percent(usage.disk_bytes, resources.disk_bytes)}
            />
          </Measure>
          <div>
            <p className="mb-1 font-medium">Network since start</p>
            <p className="text-muted numeric">
              {bytes(usage.received_bytes)} received · {bytes(usage.sent_bytes)} sent
            </p>
          </div>
        </div>
      ) : (
        <p className="text-muted">Nothing runs, so there is nothing to measure.</p>
      )}
    </Panel>
  );
}

function Measure({
  name,
  now,
  of,
  children,
}: {
  name: string;
  now: string;
  of: string;
  children: React.ReactNode;
}) {
  return (
    <div className="min-w-0">
      <p className="mb-1.5 flex items-baseline justify-between gap-2 numeric">
        <span className="font-medium">{name}</span>
        <span>
          {now} <span className="text-faint">of {of}</span>
        </span>
      </p>
      {children}
    </div>
  );
}

function TasksPanel({ instance }: { instance: Instance }) {
  if (instance.tasks.length === 0) return null;
  return (
    <Panel title="Startup tasks" flush>
      <ul className="divide-y">
        {instance.tasks.map((task) => (
          <li key={task.name} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2 font-medium">
                {task.name}
                {task.background ? <Badge>background</Badge> : null}
              </p>
              <p className="truncate font-mono text-sm text-muted" title={task.command}>
                {task.command}
              </p>
            </div>
            <span className="text-sm text-faint">
              {typeof task.exit_code === "number" && task.exit_code !== 0
                ? `exit code ${task.exit_code} · `
                : null}
              {task.since ? <RelativeTime at={task.since} /> : null}
            </span>
            <TaskPill phase={task.phase} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function PreviewPanel({ instance }: { instance: Instance }) {
  const open = instance.ports.filter((port) => port.listening);
  if (open.length === 0) return null;
  return (
    <Panel
      title="Previews"
      flush
      actions={
        <Link
          to="/instances/$instance/ports"
          params={{ instance: instance.name }}
          className="text-sm text-accent-ink hover:underline"
        >
          All ports
        </Link>
      }
    >
      <ul className="divide-y">
        {open.map((port) => (
          <li key={port.port} className="flex items-center gap-2 px-4 py-2">
            <div className="min-w-0 flex-1">
              <TextLink
                href={safeHref(port.preview_url)}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 font-medium"
              >
                {port.label ?? `Port ${port.port}`} <ExternalLink aria-hidden className="size-3.5" />
              </TextLink>
              <p className="truncate font-mono text-sm text-muted">{port.preview_url}</p>
            </div>
            <Badge tone={port.visibility === "public" ? "warn" : "still"}>{port.visibility}</Badge>
            <CopyButton text={port.preview_url} label={`Copy the address of port ${port.port}`} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SourcePanel({ instance }: { instance: Instance }) {
  const { source } = instance;
  const link = repositoryLink(source?.url);
  return (
    <Panel title="Source">
      {source ? (
        <Facts>
          <Fact name="Repository">
            {link ? (
              <TextLink href={link} target="_blank" rel="noreferrer">
                {repositoryWords(source.url)}
              </TextLink>
            ) : (
              (repositoryWords(source.url) ?? "Uploaded bundle")
            )}
          </Fact>
          <Fact name="Branch">{source.branch ?? source.revision ?? NONE}</Fact>
          <Fact name="Commit">
            {source.commit ? (
              <span className="inline-flex items-center gap-1">
                <code className="font-mono text-sm">{source.commit.slice(0, 10)}</code>
                <CopyButton text={source.commit} label="Copy the commit" />
              </span>
            ) : (
              NONE
            )}
          </Fact>
        </Facts>
      ) : (
        <p className="text-muted">
          A blank workspace. Clone something into <code className="font-mono text-sm">/workspace</code> from a
          terminal.
        </p>
      )}
    </Panel>
  );
}

function MachinePanel({ instance }: { instance: Instance }) {
  const mayReadNodes = useMay("node:read");
  const nodes = useQuery({ ...nodesQuery(), enabled: mayReadNodes });
  const node = nodes.data?.items.find((item) => item.id === instance.node_id);
  const { resources } = instance;
  return (
    <Panel title="Machine">
      <Facts>
        <Fact name="Image">{imageWords(instance.image)}</Fact>
        <Fact name="Limits">
          <span className="numeric">
            {cores(resources.cpu_millis)}, {bytes(resources.memory_bytes)} memory,{" "}
            {bytes(resources.disk_bytes)} disk
          </span>
        </Fact>
        <Fact name="Node">{node?.name ?? instance.node_id ?? "Not placed yet"}</Fact>
        <Fact name="Stops when idle">
          {instance.idle_timeout_seconds
            ? `after ${duration(instance.idle_timeout_seconds * 1000)}`
            : "never"}
        </Fact>
        <Fact name="Created">
          <RelativeTime at={instance.created_at} />
        </Fact>
        <Fact name="Id">
          <span className="inline-flex max-w-full items-center gap-1">
            <code className="truncate font-mono text-sm">{instance.id}</code>
            <CopyButton text={instance.id} label="Copy the id" />
          </span>
        </Fact>
      </Facts>
    </Panel>
  );
}

function RecentOperations({ instance }: { instance: Instance }) {
  const recent = useInfiniteQuery(operationListQuery({ instanceId: instance.id }));
  const items = recent.data?.pages[0]?.items.slice(0, 5) ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title="Recent operations" flush>
      <ul className="divide-y">
        {items.map((operation) => (
          <li key={operation.id} className="relative flex items-center gap-3 px-4 py-2 hover:bg-hover">
            <Link
              to="/operations/$operation"
              params={{ operation: operation.id }}
              className="min-w-0 flex-1 truncate after:absolute after:inset-0"
            >
              {kindWords(operation.kind)}
            </Link>
            <span className="text-sm text-muted">
              <RelativeTime at={operation.created_at} />
            </span>
            <OperationPill state={operation.state} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
