/** Environment variables as text, one `NAME=value` a line, the way people paste them. Pure. */
export interface ParsedEnv {
  env: Record<string, string>;
  error?: string;
}

export function parseEnv(text: string): ParsedEnv {
  const env: Record<string, string> = {};
  const lines = text.split("\n");
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim().replace(/^export\s+/, "");
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    const name = equals < 0 ? line : line.slice(0, equals).trim();
    if (equals < 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      return { env, error: `Line ${index + 1} is not of the form NAME=value.` };
    }
    env[name] = unquote(line.slice(equals + 1).trim());
  }
  return { env };
}

function unquote(value: string): string {
  const quote = value.charAt(0);
  if (value.length >= 2 && value.endsWith(quote)) {
    if (quote === "'") return value.slice(1, -1);
    if (quote === '"') {
      return value
        .slice(1, -1)
        .replace(/\\(.)/g, (_all, escaped: string) => (escaped === "n" ? "\n" : escaped));
    }
  }
  return value;
}

export function formatEnv(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(
      ([name, value]) =>
        `${name}=${plain(value) ? value : `"${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`}`,
    )
    .join("\n");
}

/** Reads back as itself without quotes. */
function plain(value: string): boolean {
  return !/\n/.test(value) && value === value.trim() && !/^["']/.test(value);
}
