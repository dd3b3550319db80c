import { CopyButton } from "./copy";

/** Something that is shown this once. */
export function SecretOnce({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
      <code data-testid="secret" className="min-w-0 flex-1 font-mono text-sm break-all select-all">
        {text}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
