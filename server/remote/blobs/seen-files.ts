import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isWhole } from '../../runner/checkpoints/checkpoint-files.ts';
import { RecentNames } from '../recent-names.ts';

const MOST = 10_000;

/**
 * Whether files are what their hashes say. A file of gigabytes takes seconds to look through, so one that was in order
 * is not looked through again by this process while it stays the same file, of the same size and time.
 */
export class SeenFiles {
  readonly #seen = new RecentNames(MOST);

  async isWhole(path: string, hash: string): Promise<boolean> {
    const before = await identityOf(path, hash);
    if (before === null) return false;
    if (this.#seen.has(before)) return true;
    if (!(await isWhole(dirname(path), { file: basename(path), hash }))) return false;
    this.#seen.add(before);
    return true;
  }

  /** Its time was changed by this process, and it was in order before. */
  async renew(path: string, hash: string): Promise<void> {
    const identity = await identityOf(path, hash);
    if (identity !== null) this.#seen.add(identity);
  }
}

/** null where it is not there */
async function identityOf(path: string, hash: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found && `${found.dev}/${found.ino} ${found.size} ${found.mtimeMs} ${hash}`;
}
