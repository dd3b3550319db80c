/** `bcdf ghjk` and `BCDF-GHJK` mean the same. Pure. */
export function tidyCode(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4, 8)}` : letters;
}
