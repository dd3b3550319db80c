import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { ApiError } from "@/api/problem";
import { cx } from "./cx";
import { Words } from "./words";

/** What happened, why, what to do; with the id that finds it in the server's log. */
export function ProblemNote({
  error,
  action,
  tone = "bad",
  className,
}: {
  error: unknown;
  action?: ReactNode;
  tone?: "bad" | "warn";
  className?: string;
}) {
  const known = error instanceof ApiError ? error : undefined;
  // Whoever closed the window that asked for a proof knows why nothing happened.
  if (known?.code === "step_up_cancelled") return null;
  const message = error instanceof Error ? error.message : "Something unexpected happened.";
  return (
    <Note
      tone={tone}
      {...(className ? { className } : {})}
      title={message}
      detail={known?.nextStep}
      action={action}
      foot={known?.requestId ? <span>Request {known.requestId}</span> : undefined}
    />
  );
}

export function Note({
  tone,
  title,
  detail,
  action,
  foot,
  className,
}: {
  tone: "bad" | "warn";
  title: ReactNode;
  detail?: ReactNode;
  action?: ReactNode;
  foot?: ReactNode;
  className?: string;
}) {
  const Icon = tone === "bad" ? CircleAlert : TriangleAlert;
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cx(
        "flex items-start gap-2.5 rounded-lg border px-3.5 py-2.5 max-sm:flex-wrap",
        tone === "bad" ? "border-bad-mark/40 bg-bad-soft" : "border-warn-mark/40 bg-warn-soft",
        className,
      )}
    >
      <Icon
        aria-hidden
        className={cx("mt-0.5 size-4 shrink-0", tone === "bad" ? "text-bad-mark" : "text-warn-mark")}
      />
      <div className="min-w-0 flex-1 max-sm:basis-[calc(100%-2rem)]">
        <p className="font-medium break-words">{inWords(title)}</p>
        {detail ? <p className="break-words text-muted">{inWords(detail)}</p> : null}
        {foot ? <p className="mt-1 font-mono text-xs text-muted">{foot}</p> : null}
      </div>
      {action ? <div className="shrink-0 max-sm:ml-6.5">{action}</div> : null}
    </div>
  );
}

const inWords = (text: ReactNode) => (typeof text === "string" ? <Words text={text} /> : text);
