import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../is-alive.ts';

/** What the names of folders begin with that are still being made. */
export const UNFINISHED = '.unfinished-';

/**
 * A new folder beside the finished ones, so that finishing is one rename. Folders that dead processes left there are
 * removed.
 */
export function startUnfinished(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const [, owner] = new RegExp(`^\\${UNFINISHED}(\\d+)-`).exec(name) ?? [];
    if (owner && !isAlive(Number(owner))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, `${UNFINISHED}${process.pid}-`));
}
