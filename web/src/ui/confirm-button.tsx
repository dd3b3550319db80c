import { useState } from "react";

import { Button } from "./button";

/** A second press in place, for things that hurt a little. */
export function ConfirmButton({
  word,
  question,
  label,
  onDo,
  pending,
}: {
  word: string;
  question: string;
  /** For screen readers: the word with its object. */
  label: string;
  onDo: () => void;
  pending?: boolean;
}) {
  const [sure, setSure] = useState(false);
  return sure ? (
    <Button
      size="small"
      kind="danger"
      autoFocus
      onClick={() => {
        setSure(false);
        onDo();
      }}
      onBlur={() => setSure(false)}
    >
      {question}
    </Button>
  ) : (
    <Button size="small" kind="quiet" aria-label={label} pending={pending} onClick={() => setSure(true)}>
      {word}
    </Button>
  );
}
