/** Times leave as ISO 8601 in UTC. */
export function toIso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
