import { useId, useState } from "react";

import { NONE } from "@/format/numbers";
import { clock } from "@/format/time";
import { cx } from "./cx";

/** How much of a limit is used: a thin bar. `undefined` is no data and shows a dash. */
export function Meter({
  label,
  value,
  max,
  text,
  tiny,
}: {
  label: string;
  value: number | undefined;
  max: number;
  text: string;
  tiny?: boolean;
}) {
  if (value === undefined) return <span className="text-faint">{NONE}</span>;
  const share = max > 0 ? Math.min(1, value / max) : 0;
  const tone = share > 0.92 ? "bg-bad-mark" : share > 0.8 ? "bg-warn-mark" : "bg-busy-mark";
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={text}
      title={`${label}: ${text}`}
      className={cx("overflow-hidden rounded-full bg-still-soft", tiny ? "h-1" : "h-1.5")}
    >
      <div
        className={cx("h-full rounded-full transition-[width]", tone)}
        style={{ width: `${Math.max(share * 100, share > 0 ? 2 : 0)}%` }}
      />
    </div>
  );
}

/** Progress of work: a share when it is known, else a bar that says only that something moves. */
export function Progress({
  label,
  done,
  total,
}: {
  label: string;
  done?: number | null | undefined;
  total?: number | null | undefined;
}) {
  const known = typeof done === "number" && typeof total === "number" && total > 0;
  const share = known ? Math.min(1, done / total) : undefined;
  return (
    <div
      role="progressbar"
      aria-label={label}
      {...(share === undefined
        ? {}
        : { "aria-valuenow": Math.round(share * 100), "aria-valuemin": 0, "aria-valuemax": 100 })}
      className="h-1 overflow-hidden rounded-full bg-still-soft"
    >
      <div
        className={cx(
          "h-full rounded-full bg-busy-mark transition-[width]",
          share === undefined && "w-1/3 opacity-60",
        )}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}

export interface Point {
  at: number;
  value: number;
}

/** A thin chart with the value under the pointer. Starts at zero; `max` is the limit, drawn when it is in sight. */
export function Sparkline({
  label,
  points,
  max,
  format,
}: {
  label: string;
  points: readonly Point[];
  max: number;
  format: (value: number) => string;
}) {
  const [hovered, setHovered] = useState<number>();
  const id = useId();
  const peak = Math.max(...points.map((point) => point.value), 0);
  // A chart scaled to the limit shows a flat line for small loads; one scaled to the peak hides how far the limit is.
  const top = Math.max(Math.min(max, peak * 1.4), max * 0.05, 1e-9);
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || points.length < 2) {
    return (
      <div className="flex h-14 items-end border-b text-sm text-faint">
        <span className="pb-1">Collecting measurements</span>
      </div>
    );
  }
  const span = Math.max(1, last.at - first.at);
  const x = (point: Point) => ((point.at - first.at) / span) * 100;
  const y = (point: Point) => 40 - (point.value / top) * 38;
  const line = points.map((point) => `${x(point).toFixed(2)},${y(point).toFixed(2)}`).join(" ");
  const marked = hovered === undefined ? undefined : points[hovered];
  return (
    <div
      className="relative"
      onPointerLeave={() => setHovered(undefined)}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const at = first.at + ((event.clientX - box.left) / box.width) * span;
        let best = 0;
        points.forEach((point, index) => {
          if (Math.abs(point.at - at) < Math.abs((points[best]?.at ?? 0) - at)) best = index;
        });
        setHovered(best);
      }}
    >
      <svg
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={id}
        className="h-14 w-full overflow-visible"
      >
        <title
          id={id}
        >{`${label}: now ${format(last.value)}, at most ${format(peak)} since ${clock(first.at)}`}</title>
        <polygon points={`0,40 ${line} 100,40`} className="fill-busy-soft" />
        <polyline
          points={line}
          fill="none"
          className="stroke-busy-mark"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
          strokeLinejoin="round"
        />
        <line
          x1="0"
          x2="100"
          y1="40"
          y2="40"
          className="stroke-line-strong"
          strokeWidth="1"
          vectorEffect="non-scaling-stroke"
        />
        {marked ? (
          <line
            x1={x(marked)}
            x2={x(marked)}
            y1="0"
            y2="40"
            className="stroke-control-line"
            strokeWidth="1"
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
      </svg>
      <div className="mt-0.5 flex justify-between text-xs text-faint numeric">
        <span>{clock(first.at)}</span>
        {marked ? (
          <span className="text-ink">
            {format(marked.value)} at {clock(marked.at)}
          </span>
        ) : null}
        <span>now</span>
      </div>
    </div>
  );
}
