import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const MEGABYTE = 1 << 20;

/** A file system of its own size. */
export interface SmallDisk {
  folder: string;
  resize(bytes: number): void;
  /** Leaves no room at all. */
  fill(): void;
  /** Nothing on it can be changed any more, by root neither. */
  makeReadOnly(): void;
}

/** A disk in memory that is gone after the test; null where none can be mounted. */
export function smallDisk(folder: string): SmallDisk | null {
  mkdirSync(folder);
  const mount = (...args: string[]): boolean => {
    try {
      execFileSync('mount', args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', `size=${64 * MEGABYTE}`, 'tmpfs', folder))
    return null;
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    makeReadOnly: () => void mount('-o', 'remount,ro', folder),
    resize(bytes) {
      if (existsSync(filler)) rmSync(filler);
      mount('-o', `remount,size=${bytes}`, folder);
    },
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (let size = MEGABYTE; size >= 1; size /= 2) writeAll(file, Buffer.alloc(size));
      } finally {
        closeSync(file);
      }
    },
  };
}

/** As often as there is room. Others may write, too: no room is there only when the system says so. */
function writeAll(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Skips a test where no disk of its own size can be made; in CI nothing may be skipped. */
export function skipWithoutDisk(disk: SmallDisk | null, skip: () => never): asserts disk is SmallDisk {
  if (disk) return;
  const why = 'a file system of its own size can only be made by root on Linux';
  if (process.env['CI'] && process.platform === 'linux')
    throw new Error(`${why}, and with CI set nothing may be skipped`);
  console.warn(`\n!!! SKIPPED: ${why}\n`);
  skip();
}
