import { createHash } from 'node:crypto';

/** In characters. */
const MOST = 250;

/**
 * A name as MLflow takes it: letters, digits, `_`, `-`, `.`, `/` and blanks, and nothing that reads as another path. A
 * name that is one already stays. Any other one gets a hash of itself, so that it is always called the same, whatever
 * other names there are.
 */
export function safeName(name: string): string {
  const safe = toSafe(name);
  if (safe === name) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${toSafe(safe.slice(0, MOST - 10))}_${hash}`;
}

export function safeNames(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, safeName(name)]));
}

function toSafe(name: string): string {
  const parts = name.replace(/[^\p{L}\p{N}_\-./ ]/gu, '_').split('/');
  const path = parts.map((part) => part.replace(/^\.+/, '_')).filter((part) => part !== '' && part !== '_');
  return path.join('/').slice(0, MOST).replace(/\/+$/, '') || '_';
}
