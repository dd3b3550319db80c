import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { ApiError } from "@/api/problem";
import { hasEnded } from "@/api/reducer";
import type { Operation } from "@/api/types";
import { NotFound } from "@/app/failures";
import { Page } from "@/app/page";
import { between, clock, duration } from "@/format/time";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Fact, Facts, Panel, SkeletonRows } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { RelativeTime, useNow } from "@/ui/relative-time";
import { OperationPill } from "@/ui/state-pill";
import { useMay } from "../session/queries";
import { useNames } from "../team/use-names";
import { kindWords } from "./kinds";
import { useInstanceNames } from "./list-page";
import { OperationSteps } from "./operation-steps";
import { operationLogQuery, operationQuery, useOperationAction } from "./queries";

const route = getRouteApi("/shell/operations/$operation");

export function OperationPage() {
  const { operation: id } = route.useParams();
  const query = useQuery(operationQuery(id));
  if (query.isError) {
    if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what="operation" />;
    return <ProblemNote error={query.error} className="m-6" />;
  }
  return query.data ? <Details operation={query.data} /> : <SkeletonRows />;
}

function Details({ operation }: { operation: Operation }) {
  const names = useInstanceNames();
  const name = operation.instance_id ? names.get(operation.instance_id) : undefined;
  const ended = hasEnded(operation);
  const now = useNow(undefined, ended ? undefined : 1000);
  const mayWrite = useMay("operation:write");
  const nameOf = useNames();
  const action = useOperationAction(operation.id);
  return (
    <Page
      title={name ? `${kindWords(operation.kind)} ${name}` : kindWords(operation.kind)}
      heading={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {kindWords(operation.kind)}
          {name ? (
            <Link
              to="/instances/$instance"
              params={{ instance: name }}
              className="text-accent-ink hover:underline"
            >
              {name}
            </Link>
          ) : null}
          <OperationPill state={operation.state} />
        </span>
      }
      trail={
        <Link to="/operations" className="hover:text-ink hover:underline">
          Operations
        </Link>
      }
      cli={`stead operations ${operation.id}`}
      actions={
        mayWrite ? (
          <>
            {operation.cancellable ? (
              <Button pending={action.isPending} onClick={() => action.mutate("cancel")}>
                Cancel
              </Button>
            ) : null}
            {operation.retryable ? (
              <Button kind="primary" pending={action.isPending} onClick={() => action.mutate("retry")}>
                Try again
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      <div className="flex flex-col gap-4">
        {operation.problem ? (
          <Note
            tone="bad"
            title={operation.problem.message}
            detail={operation.problem.next_step}
            foot={operation.problem.code}
          />
        ) : null}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <Panel title="Steps">
            <OperationSteps operation={operation} />
          </Panel>
          <Panel title="Details">
            <Facts>
              <Fact name="Begun">
                <RelativeTime at={operation.created_at} />
              </Fact>
              <Fact name={ended ? "Took" : "Running for"}>
                <span className="numeric">
                  {duration(between(operation.started_at ?? operation.created_at, operation.ended_at, now))}
                </span>
              </Fact>
              {ended ? null : (
                <Fact name="Gives up">
                  <RelativeTime at={operation.deadline} />
                </Fact>
              )}
              <Fact name="Asked by">{nameOf(operation.created_by)}</Fact>
              <Fact name="Kind">
                <code className="font-mono text-sm">{operation.kind}</code>
              </Fact>
              <Fact name="Id">
                <span className="inline-flex max-w-full items-center gap-1">
                  <code className="truncate font-mono text-sm">{operation.id}</code>
                  <CopyButton text={operation.id} label="Copy the id" />
                </span>
              </Fact>
            </Facts>
          </Panel>
        </div>
        <Log operation={operation} />
      </div>
    </Page>
  );
}

function Log({ operation }: { operation: Operation }) {
  const log = useQuery(operationLogQuery(operation.id));
  const titles = new Map(operation.steps.map((step) => [step.name, step.title]));
  return (
    <Panel
      title="Log"
      flush
      actions={
        log.data?.length ? (
          <CopyButton
            text={log.data.map((line) => `${line.at} ${line.text}`).join("\n")}
            label="Copy the log"
          />
        ) : null
      }
    >
      {log.isError ? (
        <ProblemNote error={log.error} className="m-4" />
      ) : !log.data || log.data.length === 0 ? (
        <p className="p-4 text-muted">{log.isPending ? "Reading the log." : "Nothing was written."}</p>
      ) : (
        <div
          tabIndex={0}
          role="region"
          aria-label="Log of the operation"
          className="max-h-112 overflow-auto px-4 py-3 font-mono text-sm"
        >
          {log.data.map((line, index) => (
            <p key={index} className="flex gap-3">
              <span
                className="shrink-0 text-faint numeric"
                title={line.step ? titles.get(line.step) : undefined}
              >
                {clock(Date.parse(line.at))}
              </span>
              <span className="min-w-0 break-words whitespace-pre-wrap">{line.text}</span>
            </p>
          ))}
        </div>
      )}
    </Panel>
  );
}
