/** Numbers for reading. No data is a dash, never a fake zero. */
export const NONE = "–";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  let size = Math.abs(value);
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  // 1023.96 KiB would round to 1024 KiB.
  if (Number(size.toFixed(1)) >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const text = unit === 0 || size >= 100 ? size.toFixed(0) : size.toFixed(1).replace(/\.0$/, "");
  return `${value < 0 ? "-" : ""}${text} ${UNITS[unit] ?? "B"}`;
}

/** Thousandths of a core as cores. */
export function cores(millis: number | null | undefined): string {
  if (millis === null || millis === undefined) return NONE;
  const value = millis / 1000;
  return `${Number.isInteger(value) ? value.toFixed(0) : value.toFixed(value < 0.1 ? 2 : 1)} CPU`;
}

export function percent(part: number | null | undefined, whole: number): string {
  if (part === null || part === undefined || whole <= 0) return NONE;
  const value = (part / whole) * 100;
  return `${value > 0 && value < 1 ? "<1" : value.toFixed(0)} %`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

const SIZE = /^\s*(\d+(?:[.,]\d+)?)\s*(b|k|kb|kib|m|mb|mib|g|gb|gib|t|tb|tib)?\s*$/i;

/** `4 GiB`, `512m`, `1.5g`; a bare number is gibibytes, since nobody means four bytes. `undefined` when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (!match?.[1]) return undefined;
  const power = { b: 0, k: 1, m: 2, g: 3, t: 4 }[(match[2] ?? "g").charAt(0).toLowerCase()] ?? 3;
  return Math.round(Number(match[1].replace(",", ".")) * 1024 ** power);
}
