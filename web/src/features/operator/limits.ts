/** Limits as operators write them. Pure. */
import type { Quota } from "@/api/types";
import { bytes, parseSize } from "@/format/numbers";

export const NAMES = ["instances", "cpu_millis", "memory_bytes", "disk_bytes", "members"] as const;
export type Name = (typeof NAMES)[number];

/** Only what an operator has said; the default stands as a placeholder. */
export function shown(name: Name, quota: Quota | undefined): string {
  return quota?.set ? written(name, quota.limit) : "";
}

export function written(name: Name, limit: number): string {
  if (name === "cpu_millis") return String(limit / 1000);
  return name.endsWith("_bytes") ? bytes(limit) : String(limit);
}

/** `undefined`: not readable; `null`: the installation's default. */
export function read(name: Name, text: string): number | null | undefined {
  if (text.trim() === "") return null;
  if (name.endsWith("_bytes")) return parseSize(text);
  const value = Number(text.trim().replace(",", "."));
  if (!Number.isFinite(value) || value < 0) return undefined;
  return name === "cpu_millis" ? Math.round(value * 1000) : Math.floor(value);
}
