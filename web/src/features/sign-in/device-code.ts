/** How long a code waits to be answered; the server says only when that ends. */
const WAITS = 10 * 60_000;

/** When the device asked. */
export function askedAt(expiresAt: string): string {
  return new Date(Date.parse(expiresAt) - WAITS).toISOString();
}

/** `bcdf ghjk` and `BCDF-GHJK` mean the same. Pure. */
export function tidyCode(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4, 8)}` : letters;
}
