/** In characters. */
const MOST = 250;

/**
 * Names as MLflow takes them: letters, digits, `_`, `-`, `.`, `/` and blanks, and nothing that reads as another path. A
 * name that is one already stays; what else would become it gets a number.
 *
 * @returns from each name to the name there
 */
export function safeNames(names: readonly string[]): Map<string, string> {
  const taken = new Set(names.filter((name) => toSafe(name) === name));
  return new Map(
    [...names].sort().map((name) => {
      if (toSafe(name) === name) return [name, name];
      const free = firstFree(toSafe(name), taken);
      taken.add(free);
      return [name, free];
    }),
  );
}

function toSafe(name: string): string {
  const parts = name.replace(/[^\p{L}\p{N}_\-./ ]/gu, '_').split('/');
  const path = parts.filter((part) => part !== '' && part !== '.').map((part) => (part === '..' ? '__' : part));
  return path.join('/').slice(0, MOST) || '_';
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const next = `${name.slice(0, MOST - 10)}_${number}`;
    if (!taken.has(next)) return next;
  }
}
