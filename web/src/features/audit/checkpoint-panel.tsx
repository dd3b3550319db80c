import { useQuery } from "@tanstack/react-query";
import { ShieldCheck, ShieldX } from "lucide-react";

import { plural } from "@/format/numbers";
import { Button } from "@/ui/button";
import { CliBlock, CopyButton } from "@/ui/copy";
import { Fact, Facts, Panel } from "@/ui/layout";
import { Note, ProblemNote } from "@/ui/problem-note";
import { QueryView } from "@/ui/query-view";
import { RelativeTime } from "@/ui/relative-time";
import { checkpointQuery, useVerifyAudit } from "./queries";

/** The signed state of the log, and whether what is kept still agrees with it. */
export function CheckpointPanel() {
  const checkpoint = useQuery(checkpointQuery());
  const verify = useVerifyAudit();
  const result = verify.data;
  return (
    <Panel title="Checkpoint">
      <QueryView query={checkpoint} rows={2}>
        {(present) => (
          <div className="flex flex-col gap-3">
            <Facts>
              <Fact name="Signed">
                <RelativeTime at={present.at} />
              </Fact>
              <Fact name="Entries">{present.size.toLocaleString("en")}</Fact>
              <Fact name="Root">
                <span className="flex items-start gap-1">
                  <code className="min-w-0 flex-1 font-mono text-xs break-all">{present.root}</code>
                  <CopyButton text={present.note} label="Copy the signed checkpoint" />
                </span>
              </Fact>
            </Facts>
            {result ? (
              result.intact ? (
                <p role="status" className="flex items-start gap-2 text-ok">
                  <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
                  <span>
                    All {result.rows.toLocaleString("en")} entries agree with{" "}
                    {plural(result.checkpoints, "checkpoint")}
                    {result.forgotten > 0
                      ? `; of ${plural(result.forgotten, "entry", "entries")} something personal was erased`
                      : ""}
                    .
                  </span>
                </p>
              ) : (
                <Note
                  tone="bad"
                  title={
                    <span className="flex items-center gap-1.5">
                      <ShieldX aria-hidden className="size-4" /> The log was altered
                    </span>
                  }
                  detail={`${result.finding?.message ?? "It does not agree with the checkpoints."} Keep a copy of the database before anything else.`}
                />
              )
            ) : null}
            {verify.isError ? <ProblemNote error={verify.error} /> : null}
            <Button pending={verify.isPending} disabled={verify.isPending} onClick={() => verify.mutate()}>
              <ShieldCheck aria-hidden /> Verify now
            </Button>
            <p className="text-sm text-muted">
              Keep a checkpoint elsewhere: with it and an export anybody can check the log without this
              server.
            </p>
            <CliBlock command="stead audit verify export.jsonl" />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
