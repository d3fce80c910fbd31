import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { DamagedError, damageOf, explain } from './database-error.ts';
import { isReplaced, ReplacedError } from './replaced.ts';
import type { Storage } from './storage.ts';

/** So long a database that was looked through and found in order is not looked through again, in milliseconds. */
const TRUSTED = 60_000;

const foundInOrder = new WeakMap<Storage, number>();

/**
 * Any error of work on an open database, in the words of the user where something outside is the reason: its file was
 * replaced, another process locks it, the disk is full, the file is damaged. An error that only a bug explains is
 * returned as it is.
 *
 * Damage shows in many ways: in what cannot be decoded, and in rows that are missing. So where nothing else explains
 * an error, the database is looked through before anyone speaks of a bug.
 */
export function explainFailure(storage: Storage, error: unknown): unknown {
  if (error instanceof UserError || error instanceof OutsideError) return error;
  const replaced = isReplaced(storage);
  if (replaced) return new ReplacedError(storage.file, replaced);
  const attempted = `work with database ${storage.file}`;
  const explained = explain(error, attempted, storage.file);
  if (explained !== error) return explained;
  if (isUndecodable(error)) return new DamagedError(attempted, (error as Error).message, error);
  const damage = findDamage(storage);
  return damage === null ? error : new DamagedError(attempted, damage, error);
}

/** Nothing else than what is stored is decoded without a message of its own: deflated JSON, JSON, and typed columns. */
function isUndecodable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (error instanceof SyntaxError) return / in JSON|JSON input/.test(error.message);
  return typeof code === 'string' && /^(Z_|P2023$|P2032$)/.test(code);
}

/** @returns what is wrong; null where SQLite finds the file in order */
function findDamage(storage: Storage): string | null {
  if (performance.now() - (foundInOrder.get(storage) ?? -Infinity) < TRUSTED) return null;
  const damage = damageOf(storage.raw);
  if (damage === null) foundInOrder.set(storage, performance.now());
  return damage;
}
