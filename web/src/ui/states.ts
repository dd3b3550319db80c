/** How each state looks: shape, colour and word together. */
import type { OperationState, Phase, StepState, TaskView } from "@/api/types";

export type { OperationState, Phase, StepState };
export type TaskPhase = TaskView["phase"];
export type Shape = "full" | "half" | "bars" | "ring" | "triangle" | "cross" | "question" | "check" | "undo";
export type Tone = "ok" | "busy" | "still" | "warn" | "bad" | "accent";
export interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

export const TONES: Record<Tone, { mark: string; soft: string; ink: string }> = {
  ok: { mark: "text-ok-mark", soft: "bg-ok-soft", ink: "text-ok" },
  busy: { mark: "text-busy-mark", soft: "bg-busy-soft", ink: "text-busy" },
  still: { mark: "text-still-mark", soft: "bg-still-soft", ink: "text-still" },
  warn: { mark: "text-warn-mark", soft: "bg-warn-soft", ink: "text-warn" },
  bad: { mark: "text-bad-mark", soft: "bg-bad-soft", ink: "text-bad" },
  accent: { mark: "text-accent-ink", soft: "bg-accent-soft", ink: "text-accent-ink" },
};

export const PHASE_LOOKS: Record<Phase, Look> = {
  starting: { shape: "half", tone: "busy", word: "Starting" },
  running: { shape: "full", tone: "ok", word: "Running" },
  paused: { shape: "bars", tone: "accent", word: "Paused" },
  stopping: { shape: "half", tone: "still", word: "Stopping" },
  stopped: { shape: "ring", tone: "still", word: "Stopped" },
  unhealthy: { shape: "triangle", tone: "warn", word: "Unhealthy" },
  failed: { shape: "cross", tone: "bad", word: "Failed" },
  deleting: { shape: "half", tone: "bad", word: "Deleting" },
  unknown: { shape: "question", tone: "warn", word: "Unknown" },
};

export const OPERATION_LOOKS: Record<OperationState, Look> = {
  queued: { shape: "ring", tone: "still", word: "Queued" },
  running: { shape: "half", tone: "busy", word: "Running" },
  undoing: { shape: "undo", tone: "warn", word: "Undoing" },
  succeeded: { shape: "check", tone: "ok", word: "Succeeded" },
  failed: { shape: "cross", tone: "bad", word: "Failed" },
  cancelled: { shape: "ring", tone: "still", word: "Cancelled" },
};

export const STEP_LOOKS: Record<StepState, Look> = {
  waiting: { shape: "ring", tone: "still", word: "Waiting" },
  running: { shape: "half", tone: "busy", word: "Running" },
  done: { shape: "check", tone: "ok", word: "Done" },
  failed: { shape: "cross", tone: "bad", word: "Failed" },
  undone: { shape: "undo", tone: "warn", word: "Undone" },
};

export const TASK_LOOKS: Record<TaskPhase, Look> = {
  waiting: { shape: "ring", tone: "still", word: "Waiting" },
  running: { shape: "half", tone: "busy", word: "Running" },
  succeeded: { shape: "check", tone: "ok", word: "Done" },
  failed: { shape: "cross", tone: "bad", word: "Failed" },
};
