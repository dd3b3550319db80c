/** What the key row of a phone sends. Pure. */
export const KEYS = [
  { label: "Esc", name: "Escape", sends: "\u001b" },
  { label: "Tab", name: "Tab", sends: "\t" },
  { label: "←", name: "Left", sends: "\u001b[D" },
  { label: "↑", name: "Up", sends: "\u001b[A" },
  { label: "↓", name: "Down", sends: "\u001b[B" },
  { label: "→", name: "Right", sends: "\u001b[C" },
  { label: "|", name: "Pipe", sends: "|" },
  { label: "/", name: "Slash", sends: "/" },
  { label: "~", name: "Tilde", sends: "~" },
  { label: "-", name: "Hyphen", sends: "-" },
] as const;

/** Programs that switched the cursor keys to application mode expect the other sequences. */
export function arrow(sequence: string, applicationMode: boolean): string {
  const isArrow = sequence.length === 3 && sequence.startsWith("\u001b[");
  return applicationMode && isArrow ? `\u001bO${sequence.slice(2)}` : sequence;
}

/** The byte that Ctrl and a letter make; texts that no Ctrl applies to stay as they are. */
export function withControl(text: string): string {
  if (text.length !== 1) return text;
  const code = text.toUpperCase().charCodeAt(0);
  if (code >= 0x40 && code <= 0x5f) return String.fromCharCode(code - 0x40);
  if (text === "?") return "\u007f";
  if (text === " ") return "\u0000";
  return text;
}
