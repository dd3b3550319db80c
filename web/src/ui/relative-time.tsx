import { useEffect, useState } from "react";

import { exact, freshFor, relative } from "@/format/time";
import { NONE } from "@/format/numbers";

/** The time of now, renewed when the text made of it would change. */
export function useNow(at: number | undefined, every?: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === undefined && every === undefined) return;
    const timer = setTimeout(() => setNow(Date.now()), every ?? freshFor(at ?? 0, now));
    return () => clearTimeout(timer);
  }, [at, now, every]);
  return now;
}

export function RelativeTime({ at }: { at: string | null | undefined }) {
  const time = at ? Date.parse(at) : NaN;
  const now = useNow(Number.isFinite(time) ? time : undefined);
  if (!at || !Number.isFinite(time)) return <span className="text-faint">{NONE}</span>;
  return (
    <time dateTime={at} title={exact(time)} className="numeric whitespace-nowrap">
      {/* A server's clock a little ahead of ours must not make things happen in the future. */}
      {relative(time, time > now && time - now < 30_000 ? time : now)}
    </time>
  );
}
