/** Edit distance in which two neighbouring letters swapped count as one mistake (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
}

/** What a glance at the letters tells: each mistake adds, drops or changes one at the most. */
function isFar(a: string, b: string, furthest: number): boolean {
  if (Math.abs(a.length - b.length) > furthest) return true;
  let shared = 0;
  for (let i = 0; i < a.length; i++) if (b.includes(a[i]!)) shared++;
  return a.length - shared > furthest;
}

/** A word as it is compared. Case, dashes, underscores, slashes and spaces are common mistakes and cost nothing. */
const bare = (word: string) => word.toLowerCase().replace(/[-_/\s]/g, '');

/** `learningRate` is what people call `training.optimizer.learningRate`. */
const isLastPart = (word: string, candidate: string) => bare(candidate).endsWith(`.${bare(word)}`);

/** Infinite where there are more than `furthest`. */
function countMistakes(word: string, candidate: string, furthest: number): number {
  if (isLastPart(word, candidate)) return 0;
  // the beginning of a word is as near as one mistake: `log_uniform` means `log_uniform_values`
  if (word.length >= 3 && bare(candidate).startsWith(bare(word))) return Math.min(1, candidate.length - word.length);
  if (isFar(bare(word), bare(candidate), furthest)) return Infinity;
  return distance(bare(word), bare(candidate));
}

/**
 * The known word that `word` was most likely meant to be; null where nothing is near (more than a third of it is
 * different).
 */
export function suggest(word: string, known: readonly string[]): string | null {
  if (word.length > 100) return null;
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const furthest = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    const d = countMistakes(word, candidate, furthest);
    if (d < bestDistance && d <= furthest && d < bare(candidate).length) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** Suggests for the first words alone: a message lists a hundred problems, and the search takes its time. */
export function firstSuggestions(suggestion: (word: string) => string, most = 100): (word: string) => string {
  let left = most;
  return (word) => (left-- > 0 ? suggestion(word) : '');
}

/** ` — did you mean "alpha"?`, or nothing where no known word is near. */
export function toSuggestion(word: string, known: readonly string[]): string {
  const nearest = suggest(word, known);
  return nearest === null ? '' : ` — did you mean ${JSON.stringify(nearest)}?`;
}
