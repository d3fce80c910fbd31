import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '../../sweep/group-by.ts';
import { claimLogFolder, hasLogs, logFolderOf, TAILS } from '../database/log-folder.ts';
import type { Storage } from '../database/storage.ts';
import type { MergedStage } from './take-stages.ts';

/**
 * Copies what a part has logged of stages that came from it, and of stages of which nothing is logged here. To be
 * called under the lease.
 *
 * @throws {OutsideError} where the folder cannot be written to, or tells of another database
 */
export function copyLogs(storage: Storage, part: Storage, stages: readonly MergedStage[]): void {
  const from = logFolderOf(part);
  if (!existsSync(from) || !hasLogs(part)) return;
  const logs = groupBy(stageLogs(from), ({ stage }) => stage);
  const logged = claimLogFolder(storage);
  for (const { theirs, mine, taken } of stages) {
    if (!taken && logged.has(mine)) continue;
    for (const { folder, rest } of logs.get(theirs) ?? [])
      copyWhole(
        join(from, folder, `stage-${theirs}${rest}`),
        join(logFolderOf(storage), folder, `stage-${mine}${rest}`),
      );
  }
}

interface StageLog {
  /** Within the log folder. */
  folder: string;
  stage: number;
  /** What of its name follows the stage. */
  rest: string;
}

function stageLogs(top: string): StageLog[] {
  return ['', TAILS].flatMap((folder) => {
    const place = join(top, folder);
    const names = existsSync(place) ? readdirSync(place) : [];
    return names.flatMap((name) => {
      const [, stage, rest] = /^stage-([1-9]\d*)(-[1-9]\d*\.log(?:\.\d+)?)$/.exec(name) ?? [];
      return stage === undefined || rest === undefined ? [] : [{ folder, stage: Number(stage), rest }];
    });
  });
}

/** A process that is killed meanwhile leaves no half of a log under its name; the next one copies onto what it left. */
function copyWhole(from: string, to: string): void {
  copyFileSync(from, `${to}.tmp`);
  renameSync(`${to}.tmp`, to);
}
