import type { Operation } from "@/api/types";
import { bytes } from "@/format/numbers";
import { between, duration } from "@/format/time";
import { cx } from "@/ui/cx";
import { Progress } from "@/ui/meter";
import { useNow } from "@/ui/relative-time";
import { StepMark } from "@/ui/state-pill";
import { hasEnded } from "@/api/reducer";

/** Each step with its state, how long it took, and how far the present one is. */
export function OperationSteps({ operation }: { operation: Operation }) {
  const now = useNow(undefined, hasEnded(operation) ? undefined : 1000);
  return (
    <ol className="flex flex-col">
      {operation.steps.map((step, index) => {
        const took = between(step.started_at, step.ended_at, now);
        const active = step.state === "running";
        const { progress } = operation;
        return (
          <li key={step.name} className="relative flex gap-3 pb-3 last:pb-0">
            {index < operation.steps.length - 1 ? (
              <span aria-hidden className="absolute top-5 bottom-0 left-2.5 w-px -translate-x-1/2 bg-line" />
            ) : null}
            <StepMark state={step.state} />
            <div className="min-w-0 flex-1">
              <p className="flex items-baseline justify-between gap-3">
                <span className={cx(active && "font-medium", step.state === "waiting" && "text-faint")}>
                  {step.title}
                </span>
                <span className="text-sm whitespace-nowrap text-faint numeric">
                  {step.attempts > 1 ? `attempt ${step.attempts} · ` : ""}
                  {step.state === "waiting" ? "" : duration(took)}
                </span>
              </p>
              {active && progress ? (
                <div className="mt-1.5 flex flex-col gap-1">
                  <Progress label={step.title} done={progress.done} total={progress.total} />
                  <p className="flex justify-between gap-3 text-sm text-muted numeric">
                    <span className="truncate">{progress.label}</span>
                    <Amount done={progress.done} total={progress.total} />
                  </p>
                </div>
              ) : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** The wire does not say the unit: large numbers are bytes, small ones a count. */
function Amount({ done, total }: { done: number | null | undefined; total: number | null | undefined }) {
  if (typeof done !== "number") return null;
  const write = Math.max(done, total ?? 0) > 100_000 ? (value: number) => bytes(value) : String;
  return (
    <span className="whitespace-nowrap">
      {typeof total === "number" ? `${write(done)} of ${write(total)}` : write(done)}
    </span>
  );
}
