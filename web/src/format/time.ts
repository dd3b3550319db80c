/** Times for reading: relative, with the exact one in the viewer's zone at hand. */
import { NONE } from "./numbers";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function relative(at: number, now: number): string {
  const distance = now - at;
  const size = Math.abs(distance);
  if (size < 10 * SECOND) return "just now";
  const text =
    size < MINUTE
      ? `${Math.floor(size / SECOND)} s`
      : size < HOUR
        ? `${Math.floor(size / MINUTE)} min`
        : size < 36 * HOUR
          ? `${Math.floor(size / HOUR)} h`
          : size < 60 * DAY
            ? days(Math.floor(size / DAY))
            : size < 730 * DAY
              ? `${Math.floor(size / (30.44 * DAY))} months`
              : `${Math.floor(size / (365.25 * DAY))} years`;
  return distance >= 0 ? `${text} ago` : `in ${text}`;
}

/** When a text made by `relative` is out of date. */
export function freshFor(at: number, now: number): number {
  const size = Math.abs(now - at);
  if (size < MINUTE) return SECOND * (size < 10 * SECOND ? 5 : 1);
  if (size < HOUR) return 15 * SECOND;
  return 5 * MINUTE;
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
export function exact(at: number): string {
  return Number.isFinite(at) ? EXACT.format(at) : NONE;
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
export function clock(at: number): string {
  return Number.isFinite(at) ? CLOCK.format(at) : NONE;
}

/** `0.4 s`, `12 s`, `2 min 5 s`, `3 h 20 min`. */
export function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return NONE;
  const value = Math.max(0, milliseconds);
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 10 * SECOND) return `${(Math.floor(value / 100) / 10).toFixed(1)} s`;
  if (value < MINUTE) return `${Math.floor(value / SECOND)} s`;
  if (value < HOUR)
    return join(Math.floor(value / MINUTE), "min", Math.floor((value % MINUTE) / SECOND), "s");
  if (value < 2 * DAY) return join(Math.floor(value / HOUR), "h", Math.floor((value % HOUR) / MINUTE), "min");
  const whole = Math.floor(value / DAY);
  return join(whole, "days", Math.floor((value % DAY) / HOUR), "h");
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Between two RFC 3339 times; to `now` while the second is absent. */
export function between(
  from: string | null | undefined,
  to: string | null | undefined,
  now: number,
): number | undefined {
  if (!from) return undefined;
  return (to ? Date.parse(to) : now) - Date.parse(from);
}
