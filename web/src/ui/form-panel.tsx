import type { ReactNode } from "react";

import { Button } from "./button";
import { Panel } from "./layout";
import { ProblemNote } from "./problem-note";

export interface FormPanelProps {
  title: string;
  detail?: ReactNode;
  /** Something would be saved. */
  changed: boolean;
  pending: boolean;
  /** What belongs to no field. */
  error?: unknown;
  word?: string;
  onSubmit: () => void;
  children: ReactNode;
}

/** A panel with one form and one button. */
export function FormPanel({
  title,
  detail,
  changed,
  pending,
  error,
  word = "Save",
  onSubmit,
  children,
}: FormPanelProps) {
  return (
    <Panel title={title}>
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (changed) onSubmit();
        }}
      >
        {children}
        {error ? <ProblemNote error={error} /> : null}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-sm text-faint">{detail}</p>
          <Button
            type="submit"
            kind={changed ? "primary" : "secondary"}
            disabled={!changed || pending}
            pending={pending}
          >
            {word}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
