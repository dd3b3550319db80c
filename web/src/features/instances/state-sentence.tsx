import type { InstanceState } from "@/api/types";
import { RelativeTime } from "@/ui/relative-time";

/** Why it is so, and since when. */
export function StateSentence({ state }: { state: InstanceState }) {
  const reason = state.reason.trim().replace(/\.$/, "");
  return (
    <span>
      {reason ? <>{reason} · </> : null}
      <RelativeTime at={state.since} />
    </span>
  );
}
