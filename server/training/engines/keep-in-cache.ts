import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file of the cache, whole or not at all. A cache that cannot be written costs time, and nothing else. */
export function keepInCache(file: string, kept: unknown): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch {
    return;
  }
  try {
    writeFileSync(unfinished, `${JSON.stringify(kept, null, 2)}\n`);
    renameSync(unfinished, file);
  } catch {
    rmSync(unfinished, { force: true });
  }
}
