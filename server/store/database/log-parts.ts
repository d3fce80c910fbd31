import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TAILS } from './log-folder.ts';

/** A file of a log: its bytes [start, end). */
export interface LogPart {
  path: string;
  start: number;
  end: number;
}

/**
 * The files of a log in order: its head, which has the log's own name, and its tails, whose names say where in the log
 * they begin. What lay between two of them was left out. Empty where there is no such log.
 */
export async function logPartsOf(folder: string, name: string): Promise<LogPart[]> {
  const head = await partOf(join(folder, name), 0);
  if (head === null) return [];
  const names = await readdir(join(folder, TAILS)).catch(() => [] as string[]);
  const starts = names
    .filter((each) => each.startsWith(`${name}.`) && /^[1-9]\d{0,15}$/.test(each.slice(name.length + 1)))
    .map((each) => Number(each.slice(name.length + 1)))
    .sort((a, b) => a - b);
  const tails = await Promise.all(starts.map((start) => partOf(tailPath(folder, name, start), start)));
  return [head, ...tails.filter((part) => part !== null)];
}

/** @param start byte of the log with which it begins */
export function tailPath(folder: string, name: string, start: number): string {
  return join(folder, TAILS, `${name}.${start}`);
}

/** null where it is no file, or not there: whoever writes deletes tails. */
async function partOf(path: string, start: number): Promise<LogPart | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? { path, start, end: start + found.size } : null;
}
