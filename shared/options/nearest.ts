/**
 * Number of single-letter edits between two words: insertions, deletions, replacements and swaps of neighbours
 * (optimal string alignment, after Damerau 1964), without regard to upper and lower case.
 */
export const editDistance = (first: string, second: string): number => {
  const a = first.toLowerCase();
  const b = second.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
};

/** Longer words than this are no misspelling of a known one, and are not compared. */
const longestWord = 64;

/** @returns the known word nearest to the given one, null when none is near: more than a third of it would change. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  if (word.length > longestWord) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
};

/** @returns what to do about an unknown word: the nearest known one, or all of them. */
export const suggest = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean '${near}'?`;
  return known.length === 0 ? 'Nothing is expected here.' : `Known here: ${known.join(', ')}.`;
};
