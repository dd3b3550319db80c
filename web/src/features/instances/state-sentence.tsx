import type { InstanceState } from "@/api/types";
import { RelativeTime } from "@/ui/relative-time";

/** Why it is so, and since when. Cut short in a table, it is the reason that gives way. */
export function StateSentence({ state, short }: { state: InstanceState; short?: boolean }) {
  const reason = state.reason.trim().replace(/\.$/, "");
  return (
    <span className={short ? "md:flex md:max-w-60" : undefined}>
      {reason ? (
        <>
          <span className={short ? "md:truncate" : undefined}>{reason}</span>
          <span className={short ? "md:shrink-0 md:whitespace-pre" : undefined}> · </span>
        </>
      ) : null}
      <span className={short ? "md:shrink-0" : undefined}>
        <RelativeTime at={state.since} />
      </span>
    </span>
  );
}
