import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Activity } from "lucide-react";

import type { Operation } from "@/api/types";
import { hasEnded } from "@/api/reducer";
import { Page } from "@/app/page";
import { between, duration } from "@/format/time";
import { Button } from "@/ui/button";
import { CliBlock } from "@/ui/copy";
import { EmptyState, SkeletonRows } from "@/ui/layout";
import { ProblemNote } from "@/ui/problem-note";
import { RelativeTime, useNow } from "@/ui/relative-time";
import { OperationPill } from "@/ui/state-pill";
import { Cell, Row, Table } from "@/ui/table";
import { Checkbox } from "@/ui/field";
import { instanceListQuery } from "../instances/queries";
import { useFlash } from "../instances/use-flash";
import { kindWords, stepsDone } from "./kinds";
import { OperationLine } from "./operation-line";
import { operationListQuery } from "./queries";

const route = getRouteApi("/shell/operations");

export function OperationListPage() {
  const { unfinished } = route.useSearch();
  const navigate = useNavigate({ from: "/operations" });
  const list = useInfiniteQuery(operationListQuery(unfinished ? { unfinished: true } : {}));
  const operations = (list.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (operation) => !unfinished || !hasEnded(operation),
  );
  const names = useInstanceNames();
  return (
    <Page
      title="Operations"
      detail="Everything that takes more than a moment: its steps, its log, a way to cancel or try again."
      cli="stead operations"
      actions={
        <Checkbox
          label="Unfinished only"
          checked={unfinished ?? false}
          onChange={(event) =>
            void navigate({ search: event.target.checked ? { unfinished: true } : {}, replace: true })
          }
        />
      }
    >
      <div className="overflow-hidden rounded-lg border bg-surface">
        {list.isError ? (
          <ProblemNote error={list.error} className="m-4" />
        ) : list.isPending ? (
          <SkeletonRows />
        ) : operations.length === 0 ? (
          <EmptyState
            icon={<Activity aria-hidden />}
            title={unfinished ? "Nothing is under way" : "No operations yet"}
          >
            <p>Creating, starting, stopping and deleting are operations. Each keeps its steps and its log.</p>
            <CliBlock command="stead operations" />
          </EmptyState>
        ) : (
          <Table label="Operations" head={["Operation", "Instance", "State", "Duration", "Begun"]}>
            {operations.map((operation) => (
              <OperationRow
                key={operation.id}
                operation={operation}
                name={operation.instance_id ? names.get(operation.instance_id) : undefined}
              />
            ))}
          </Table>
        )}
      </div>
      {list.hasNextPage ? (
        <div className="mt-3 flex justify-center">
          <Button pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

/** Operations carry ids; people know names. */
export function useInstanceNames(): ReadonlyMap<string, string> {
  const list = useInfiniteQuery(instanceListQuery(""));
  return new Map(list.data?.pages.flatMap((page) => page.items.map((item) => [item.id, item.name] as const)));
}

function OperationRow({ operation, name }: { operation: Operation; name: string | undefined }) {
  const ended = hasEnded(operation);
  const now = useNow(undefined, ended ? undefined : 1000);
  const flash = useFlash(operation.state);
  return (
    <Row className={flash ? "relative flash" : "relative hover:bg-hover"}>
      <Cell>
        <Link
          to="/operations/$operation"
          params={{ operation: operation.id }}
          className="font-medium after:absolute after:inset-0"
        >
          {kindWords(operation.kind)}
        </Link>
      </Cell>
      <Cell className="max-md:w-3/5 max-md:grow">
        {name ?? <span className="text-faint">deleted instance</span>}
      </Cell>
      <Cell>
        <span className="flex flex-col items-start gap-0.5">
          <OperationPill state={operation.state} />
          {ended ? (
            operation.problem ? (
              <span className="max-w-80 truncate text-sm text-muted max-md:hidden">
                {operation.problem.message}
              </span>
            ) : null
          ) : (
            <OperationLine operation={operation} />
          )}
        </span>
      </Cell>
      <Cell label="Took" className="text-muted numeric max-md:text-sm">
        {duration(between(operation.started_at ?? operation.created_at, operation.ended_at, now))}
        {ended ? null : (
          <span className="text-faint">
            {" "}
            · {`${stepsDone(operation)} of ${operation.steps.length} steps`}
          </span>
        )}
      </Cell>
      <Cell className="text-muted max-md:text-sm">
        <RelativeTime at={operation.created_at} />
      </Cell>
    </Row>
  );
}
