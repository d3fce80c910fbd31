import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutsideError, UserError } from '../../sweep/user-error.ts';

/** A copy that is this process's alone. */
export interface PrivateCopy {
  file: string;
  /** In bytes. */
  size: number;
  remove(): void;
}

/** What SQLite needs beside the copy: its log and its shared memory. In bytes. */
const SPARE = 2 ** 20;

/** Their default ends a process without its `exit`. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Another process may write while it is copied: so often it is copied once more. */
const TRIES = 5;

/**
 * Copies a database with its log into a private temporary folder, which is deleted when the process ends.
 *
 * @throws {UserError} where there is not enough room for it
 */
export function copyDatabase(file: string): PrivateCopy {
  const size = sizeOf(file) + sizeOf(`${file}-wal`);
  const free = statfsSync(tmpdir());
  if (size + SPARE > free.bavail * free.bsize) {
    throw new UserError(
      `Cannot read database ${file}: it can only be read from a private copy, and one of ` +
        `${toMegabytes(size)} is larger than the ${toMegabytes(free.bavail * free.bsize)} that are free in ` +
        `${tmpdir()}; name another folder with TMPDIR`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-copy-')); // for its owner alone
  const remove = (): void => {
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, removeAndEnd);
    rmSync(folder, { recursive: true, force: true });
  };
  const removeAndEnd = (signal: NodeJS.Signals): void => {
    // Whoever else listens decides what follows, and `exit` comes in the end.
    if (process.listenerCount(signal) > 1) return;
    remove();
    process.kill(process.pid, signal);
  };
  process.on('exit', remove);
  for (const signal of SIGNALS) process.on(signal, removeAndEnd);
  try {
    const copy = join(folder, 'copy.db');
    for (let attempt = 1; !copyUndisturbed(file, copy); attempt++) {
      if (attempt === TRIES)
        throw new OutsideError(`Cannot read database ${file}: another process writes it all the time; try again later`);
    }
    return { file: copy, size, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

export function toMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @returns false where the file or its log changed meanwhile, so that the copy is of two different moments */
function copyUndisturbed(file: string, copy: string): boolean {
  const before = standOf(file);
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    else rmSync(copy + suffix, { force: true });
  }
  return standOf(file) === before;
}

function standOf(file: string): string {
  return [file, `${file}-wal`]
    .map((path) => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
    })
    .join(', ');
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
