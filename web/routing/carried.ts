/** What a reader chooses for all pages of a sweep at once: which runs count, and by which metric. */
const CARRIED = ['filter', 'metric'] as const;

/** The part of the address that stays from one page of a sweep to the next: `?filter=…&metric=…`, or nothing. */
export function carriedQuery(query: URLSearchParams): string {
  const carried = new URLSearchParams();
  for (const name of CARRIED) {
    const value = query.get(name);
    if (value !== null && value !== '') carried.set(name, value);
  }
  const text = carried.toString();
  return text === '' ? '' : `?${text}`;
}
