import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Button } from "./button";
import { SkeletonRows } from "./layout";
import { ProblemNote } from "./problem-note";

/** What every list shows before it has something to show: rows to come, or the problem with a way to try again. */
export function QueryView<T>({
  query,
  rows = 3,
  children,
}: {
  query: Pick<UseQueryResult<T>, "data" | "error" | "isError" | "refetch">;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError)
    return (
      <ProblemNote
        error={query.error}
        className="m-4"
        action={
          <Button size="small" onClick={() => void query.refetch()}>
            Try again
          </Button>
        }
      />
    );
  return <SkeletonRows rows={rows} />;
}

/** A column's head that only screen readers need. */
export function Hidden({ children }: { children: ReactNode }) {
  return <span className="sr-only">{children}</span>;
}
