import type { Operation } from "@/api/types";
import { Progress } from "@/ui/meter";
import { currentStep, kindWords, stepsDone } from "./kinds";

/** An unfinished operation in one line: which step, how far. */
export function OperationLine({ operation }: { operation: Operation }) {
  const step = currentStep(operation);
  const { progress } = operation;
  const known = typeof progress?.done === "number" && typeof progress.total === "number";
  return (
    <div className="flex w-48 max-w-full flex-col gap-1">
      <span className="truncate text-sm text-muted">
        {progress?.label ?? step?.title ?? kindWords(operation.kind)}
      </span>
      <Progress
        label={`${kindWords(operation.kind)}: ${step?.title ?? operation.state}`}
        done={known ? progress.done : stepsDone(operation)}
        total={known ? progress.total : operation.steps.length}
      />
    </div>
  );
}
