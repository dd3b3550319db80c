/** Which actions make sense in which phase. Pure. */
import { Moon, Pause, Play, Power, RotateCw, Skull, Square, type LucideIcon } from "lucide-react";

import type { Instance, Phase } from "@/api/types";
import type { Action } from "./queries";

export interface ActionLook {
  action: Action;
  label: string;
  /** After it was accepted, for the notice. */
  done: string;
  icon: LucideIcon;
}

export const LOOKS: Record<Exclude<Action, "delete">, ActionLook> = {
  start: { action: "start", label: "Start", done: "starts", icon: Play },
  wake: { action: "wake", label: "Wake", done: "wakes", icon: Power },
  pause: { action: "pause", label: "Pause", done: "is being paused", icon: Pause },
  stop: { action: "stop", label: "Stop", done: "is being stopped", icon: Square },
  restart: { action: "restart", label: "Restart", done: "restarts", icon: RotateCw },
  kill: { action: "kill", label: "Kill", done: "is being killed", icon: Skull },
};
export const SleepIcon = Moon;

const POSSIBLE: Record<Phase, readonly Exclude<Action, "delete">[]> = {
  starting: ["stop", "kill"],
  running: ["stop", "pause", "restart", "kill"],
  paused: ["wake", "stop", "kill"],
  stopping: ["kill"],
  stopped: ["start"],
  unhealthy: ["restart", "stop", "pause", "kill"],
  failed: ["start"],
  deleting: [],
  unknown: ["stop", "kill"],
};

export function possibleActions(instance: Instance): readonly ActionLook[] {
  return POSSIBLE[instance.state.phase].map((action) => LOOKS[action]);
}

/** Whether there is something inside to talk to. */
export function isUp(phase: Phase): boolean {
  return phase === "running" || phase === "unhealthy";
}
