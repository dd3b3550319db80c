/** Quotas in words, by the names of `crates/core/src/quota.rs`. Pure. */
import { bytes } from "@/format/numbers";

export const QUOTA_WORDS: Record<string, { title: string; detail: string }> = {
  instances: { title: "Instances", detail: "All that exist, running or not." },
  cpu_millis: { title: "vCPU", detail: "Of all instances together, as they were made." },
  memory_bytes: { title: "Memory", detail: "Of all instances together." },
  disk_bytes: { title: "Disk", detail: "Of all instances together." },
  members: { title: "Members", detail: "Open invitations hold a seat." },
};

export function amountWords(what: string, amount: number): string {
  if (what.endsWith("_bytes")) return bytes(amount);
  if (what === "cpu_millis") return `${Number((amount / 1000).toFixed(2)).toLocaleString("en")} vCPU`;
  return amount.toLocaleString("en");
}
