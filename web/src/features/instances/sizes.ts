/** The sizes on offer. Pure. */
import type { Resources } from "@/api/types";

const GIB = 1024 ** 3;
export type Size = "small" | "medium" | "large" | "custom";
export type Preset = Exclude<Size, "custom">;

export const SIZES: Record<Preset, { title: string; resources: Omit<Resources, "pids"> }> = {
  small: { title: "Small", resources: { cpu_millis: 1000, memory_bytes: 2 * GIB, disk_bytes: 5 * GIB } },
  medium: { title: "Medium", resources: { cpu_millis: 2000, memory_bytes: 4 * GIB, disk_bytes: 10 * GIB } },
  large: { title: "Large", resources: { cpu_millis: 4000, memory_bytes: 8 * GIB, disk_bytes: 20 * GIB } },
};
