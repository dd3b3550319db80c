/** Operations in words. Pure. */
import type { Operation, Step } from "@/api/types";

const KINDS: Record<string, string> = {
  "instance.create": "Create",
  "instance.start": "Start",
  "instance.stop": "Stop",
  "instance.restart": "Restart",
  "instance.kill": "Kill",
  "instance.pause": "Pause",
  "instance.wake": "Wake",
  "instance.delete": "Delete",
  "instance.update": "Change",
};

/** Kinds that a newer server knows read as they are. */
export function kindWords(kind: string): string {
  const known = KINDS[kind];
  if (known) return known;
  const words = (kind.split(".").pop() ?? kind).replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function currentStep(operation: Operation): Step | undefined {
  return (
    operation.steps.find((step) => step.state === "running") ??
    operation.steps.find((step) => step.state === "failed") ??
    operation.steps.find((step) => step.state === "waiting")
  );
}

export function stepsDone(operation: Operation): number {
  return operation.steps.filter((step) => step.state === "done").length;
}
