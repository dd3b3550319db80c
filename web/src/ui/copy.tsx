import { Check, Copy } from "lucide-react";
import { Fragment, useEffect, useState } from "react";

import { Button } from "./button";
import { cx } from "./cx";

/** The clipboard of browsers works on secure addresses only; on plain http elsewhere an invisible field does it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr-only";
    document.body.append(field);
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way outside of secure contexts
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button
      kind="quiet"
      size="small"
      square
      className="-my-1"
      aria-label={copied ? "Copied" : label}
      onClick={() => copy(text)}
    >
      {copied ? <Check aria-hidden className="text-ok-mark" /> : <Copy aria-hidden />}
    </Button>
  );
}

/** The command that does the same in a shell, one click to copy. */
export function CliLine({ command, className }: { command: string; className?: string }) {
  const [copied, copy] = useCopied();
  return (
    <button
      type="button"
      onClick={() => copy(command)}
      aria-label={`Copy the command: ${command}`}
      className={cx(
        "group inline-flex max-w-full min-w-0 items-center gap-1.5 rounded-sm px-1.5 font-mono text-sm text-muted transition-colors hover:bg-hover hover:text-ink",
        className,
      )}
    >
      <span aria-hidden className="text-faint select-none">
        $
      </span>
      <span className="truncate">{command}</span>
      {copied ? (
        <Check aria-hidden className="size-3.5 shrink-0 text-ok-mark" />
      ) : (
        <Copy aria-hidden className="size-3.5 shrink-0 text-faint" />
      )}
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}

/** A command as a block, for empty states and instructions. */
export function CliBlock({ command }: { command: string }) {
  return (
    <div className="flex items-start gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3 text-left font-mono text-sm">
      <span aria-hidden className="py-0.5 text-faint select-none">
        $
      </span>
      <code className="min-w-0 flex-1 py-0.5">
        {command.split(" ").map((word, at) => (
          <Fragment key={at}>
            {at > 0 ? " " : null}
            {/* Options keep their hyphens on one line. */}
            <span className="inline-block max-w-full break-words">{word}</span>
          </Fragment>
        ))}
      </code>
      <span className="flex py-0.5">
        <CopyButton text={command} label="Copy the command" />
      </span>
    </div>
  );
}
