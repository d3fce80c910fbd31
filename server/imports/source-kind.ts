import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { explainFileError } from '../sweep/file-error.ts';
import type { ImportSource } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';
import { findFiles } from './find-files.ts';
import { EVENT_FILE } from './read-tensorboard.ts';
import { WANDB_FILE } from './read-wandb.ts';

/** What a file or folder is, by what is in it. */
export function sourceKind(path: string): ImportSource {
  if (isFolder(path)) {
    const files = findFiles(path, EITHER).map((file) => basename(file));
    // W&B keeps copies of TensorBoard's files beside its own.
    if (files.some((name) => WANDB_FILE.test(name))) return 'wandb';
    if (files.length > 0) return 'tensorboard';
    throw unknown(path, `a folder of ${readdirSync(path).length} entries`);
  }
  if (WANDB_FILE.test(basename(path))) return 'wandb';
  const start = beginningOf(path).toString('latin1');
  if (start.startsWith('SQLite format 3')) return 'optuna';
  if (start.includes('\0')) throw unknown(path, 'a file that is no text');
  return 'csv';
}

const EITHER = new RegExp(`${WANDB_FILE.source}|${EVENT_FILE.source}`);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw explainFileError(error, `import ${path}`);
  }
}

function beginningOf(path: string): Buffer {
  const bytes = Buffer.alloc(1024);
  try {
    const file = openSync(path, 'r');
    const length = readSync(file, bytes);
    closeSync(file);
    return bytes.subarray(0, length);
  } catch (error) {
    throw explainFileError(error, `read ${path}`);
  }
}

function unknown(path: string, found: string): UserError {
  return new UserError(
    `Cannot import ${path}: found ${found}; a CSV file, a folder of TensorBoard's event files, W&B's folder wandb, ` +
      'or an SQLite file of Optuna is wanted',
  );
}
