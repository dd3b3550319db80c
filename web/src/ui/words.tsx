/** A sentence of the server: what stands in backticks is code. */
export function Words({ text }: { text: string }) {
  return text.split("`").map((part, at, parts) =>
    // A backtick without a partner is one.
    at % 2 === 1 && at < parts.length - 1 ? (
      <code key={at} className="font-mono text-sm break-words">
        {part}
      </code>
    ) : at % 2 === 1 ? (
      `\`${part}`
    ) : (
      part
    ),
  );
}
