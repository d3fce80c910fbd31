/** The names of engines that are users' own programs begin so; a part of a hash follows. */
const BEGINNING = 'program:';

/** @param hash of command and files */
export function programEngine(hash: string): string {
  return `${BEGINNING}${hash.slice(0, 12)}`;
}

export function isProgramEngine(engine: string | null | undefined): engine is string {
  return engine?.startsWith(BEGINNING) === true;
}

/** `program:1a2b…` → `1a2b…` */
export function hashOfEngine(engine: string): string {
  return engine.slice(BEGINNING.length);
}
