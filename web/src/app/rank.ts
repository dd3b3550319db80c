/** Which entries match what was typed, best first. Pure. */
export function score(query: string, text: string): number {
  const wanted = query.toLowerCase().trim();
  const have = text.toLowerCase();
  if (wanted === "") return 1;
  if (have.startsWith(wanted)) return 100;
  if (new RegExp(`(^|[\\s\\-/._])${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`).test(have)) return 80;
  if (have.includes(wanted)) return 60;
  const words = wanted.split(/\s+/);
  if (words.length > 1 && words.every((word) => have.includes(word))) return 50;
  // Letters in order, the fewer gaps the better.
  let at = -1;
  let gaps = 0;
  for (const letter of wanted) {
    const next = have.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return gaps > wanted.length * 3 ? 0 : Math.max(1, 30 - gaps);
}

export function rank<T>(query: string, items: readonly T[], text: (item: T) => string): T[] {
  return items
    .map((item, index) => ({ item, index, score: score(query, text(item)) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map((entry) => entry.item);
}
