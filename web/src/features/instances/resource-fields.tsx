import type { Resources } from "@/api/types";
import { bytes, parseSize } from "@/format/numbers";
import { cx } from "@/ui/cx";
import { Field, Input } from "@/ui/field";

export interface ResourceText {
  cpu: string;
  memory: string;
  disk: string;
}

export function resourceText(resources: Resources): ResourceText {
  return {
    cpu: String(resources.cpu_millis / 1000),
    memory: bytes(resources.memory_bytes),
    disk: bytes(resources.disk_bytes),
  };
}

type Read =
  { resources: Omit<Resources, "pids">; error?: undefined } | { resources?: undefined; error: string };

export function readResources(text: ResourceText): Read {
  const cpu = Number(text.cpu.trim().replace(",", "."));
  const memory = parseSize(text.memory);
  const disk = parseSize(text.disk);
  if (text.cpu.trim() === "" || !Number.isFinite(cpu) || cpu <= 0)
    return { error: "CPU is a number of cores, such as 2 or 0.5." };
  if (memory === undefined || memory <= 0) return { error: "Memory is a size, such as 4 GiB or 512 MiB." };
  if (disk === undefined || disk <= 0) return { error: "Disk is a size, such as 10 GiB." };
  return { resources: { cpu_millis: Math.round(cpu * 1000), memory_bytes: memory, disk_bytes: disk } };
}

export interface ResourceFieldsProps {
  value: ResourceText;
  onChange: (value: ResourceText) => void;
  className?: string;
}

export function ResourceFields({ value, onChange, className }: ResourceFieldsProps) {
  return (
    <div className={cx("grid grid-cols-3 gap-3", className)}>
      <Field label="CPU cores">
        {(props) => (
          <Input
            {...props}
            inputMode="decimal"
            value={value.cpu}
            onChange={(event) => onChange({ ...value, cpu: event.target.value })}
          />
        )}
      </Field>
      <Field label="Memory">
        {(props) => (
          <Input
            {...props}
            value={value.memory}
            onChange={(event) => onChange({ ...value, memory: event.target.value })}
          />
        )}
      </Field>
      <Field label="Disk">
        {(props) => (
          <Input
            {...props}
            value={value.disk}
            onChange={(event) => onChange({ ...value, disk: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
