import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { fileReason } from '../../sweep/file-error.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { ownerOf, writeOwner } from './folder-owner.ts';

/*
 * Beside a database stands a folder with what was logged of its training. `stage-7-2.log` is of stage 7, trained for
 * the second time, `worker-0.log` of a worker's seat, `s3.log` of the processes that the dashboard started for a sweep.
 * A long log goes on in `tails` (`log-parts.ts`). The folder's file `owner` says which database it tells of.
 */

/** The part of a `Storage` that says where its logs are. */
interface Held {
  readonly raw: Connection;
  readonly file: string;
}

/** Logs are for their owner alone: they may quote data and paths. */
export const LOG_FOLDER_MODE = 0o700;
export const LOG_FILE_MODE = 0o600;

/** Within the log folder: what a long log went on with. */
export const TAILS = 'tails';

export function logFolderOf({ file }: Pick<Held, 'file'>): string {
  return `${file}.logs`;
}

/** @param attempt counted from 1 */
export function stageLogName(stageId: number, attempt: number): string {
  return `stage-${stageId}-${attempt}.log`;
}

/** @param seat of the worker, counted from 0 */
export function workerLogName(seat: number): string {
  return `worker-${seat}.log`;
}

export function sweepLogName(sweepId: number): string {
  return `s${sweepId}.log`;
}

/** Whether the folder tells of this database; one without owner has none of the logs of stages yet. */
export function hasLogs({ raw, file }: Held): boolean {
  return ownerOf(logFolderOf({ file }))?.database === uuidIn(raw);
}

/**
 * Makes the folder this database's, and deletes what it has of stages that are not there any more: a process may have
 * been killed after it removed them. To be called under the lease.
 *
 * @returns by stage: how often it was trained
 * @throws {OutsideError} where the folder cannot be written to, or tells of another database
 */
export function claimLogFolder(storage: Held): Map<number, number> {
  const { raw, file } = storage;
  const folder = logFolderOf(storage);
  const refuse = (found: string): OutsideError => new OutsideError(`Cannot write logs to ${folder}: ${found}`);
  const owner = ownerOf(folder);
  const uuid = uuidIn(raw);
  if (owner !== null && owner.database !== uuid)
    throw refuse(`they are of another database, ${owner.path}; move the folder there, or delete it`);
  try {
    mkdirSync(join(folder, TAILS), { recursive: true, mode: LOG_FOLDER_MODE });
    if (owner?.path !== file) writeOwner(folder, { database: uuid, path: file }, owner !== null);
    return removeForgotten(storage);
  } catch (error) {
    throw refuse(fileReason(error));
  }
}

/** Deletes what was logged of stages and sweeps that were removed. What cannot be deleted goes with the next claim. */
export function removeLogs(
  storage: Held,
  { stageIds, sweepId }: { stageIds: readonly number[]; sweepId: number },
): void {
  try {
    rmSync(join(logFolderOf(storage), sweepLogName(sweepId)), { force: true });
    if (!hasLogs(storage)) return;
    const gone = new Set(stageIds);
    removeOf(storage, (stageId) => gone.has(stageId));
  } catch {
    // see above
  }
}

function removeForgotten(storage: Held): Map<number, number> {
  const stages = new Set(storage.raw.prepare('SELECT id FROM "Stage"').pluck().all() as number[]);
  return removeOf(storage, (stageId) => !stages.has(stageId));
}

/** @returns how often each of the other stages was trained */
function removeOf(storage: Held, isGone: (stageId: number) => boolean): Map<number, number> {
  const attempts = new Map<number, number>();
  const top = logFolderOf(storage);
  for (const folder of [top, join(top, TAILS)]) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const [, stage, attempt] = /^stage-([1-9]\d*)-([1-9]\d*)\.log(?:\.\d+)?$/.exec(name)?.map(Number) ?? [];
      if (stage === undefined || attempt === undefined) continue;
      if (isGone(stage)) rmSync(join(folder, name), { force: true });
      else attempts.set(stage, Math.max(attempt, attempts.get(stage) ?? 0));
    }
  }
  return attempts;
}

function uuidIn(raw: Connection): string {
  return raw.prepare('SELECT uuid FROM "Identity"').pluck().get() as string;
}
