import { existsSync } from 'node:fs';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { readOutstanding } from '../store/sweeps/queue.ts';
import { fillCommand, templateValues } from '../sweep/command-template.ts';
import type { Arm } from '../sweep/arm.ts';
import { printable } from '../sweep/printable.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';
import { isProgram } from '../sweep/settings.ts';
import { stageParameters } from '../sweep/stage-parameters.ts';
import { UserError } from '../sweep/user-error.ts';
import { programFiles, programFolder } from './programs/program-files.ts';
import { strangeFiles } from './programs/strange-files.ts';
import { isTrusted, trustProgram } from './programs/trusted.ts';
import type { SweepOptions } from './run-options.ts';

interface Asked extends Pick<SweepOptions, 'storage' | 'sweepId' | 'trustsProgram' | 'fresh' | 'tell'> {
  /** Workers on other machines, where there are any. */
  remote?: unknown;
}

/**
 * A database that was made elsewhere, or merged with one, brings programs with it: such a program is started once its
 * user has said so. A sweep of which everything is trained needs no program, so it may be ended without one.
 *
 * @returns the refusal of such a sweep, for the case that something is to be started after all; null where the program
 *   may be started
 * @throws {UserError} which names the commands and the files
 */
export async function refuseStranger(options: Asked): Promise<UserError | null> {
  const { storage, sweepId, trustsProgram = false, fresh, tell } = options;
  const refused = trustsProgram ? null : await strangerIn(storage, sweepId);
  if (refused === null) {
    const problem = await noteProgram(storage, sweepId);
    if (problem !== null) tell({ kind: 'log', message: problem });
    return null;
  }
  // What workers elsewhere are handed is not seen here.
  const isDone = !fresh && options.remote === undefined && readOutstanding(storage, sweepId).unfinished === 0;
  if (isDone) return refused;
  throw refused;
}

/** Why the program of a sweep may not be started; null where it may, or there is none. */
export async function strangerIn(storage: Storage, sweepId: number): Promise<UserError | null> {
  const found = await programOf(storage, sweepId);
  if (found === null || (await isTrusted(found.copy, found.use))) return null;
  return refusal(found.sweep, found.copy, await programFiles(found.copy), await strangeFiles(found.copy));
}

/** Whether a program trains the sweep that is trusted as it is. */
export async function isOwnProgram(storage: Storage, sweepId: number): Promise<boolean> {
  const found = await programOf(storage, sweepId);
  return found !== null && isTrusted(found.copy, found.use);
}

/** Notes that the program of a sweep is trusted. @returns why that cannot be noted; null where it is */
async function noteProgram(storage: Storage, sweepId: number): Promise<string | null> {
  const found = await programOf(storage, sweepId);
  return found && trustProgram(found.copy, found.use);
}

/** null where there is none; where its copy is gone, whoever hires says so. */
async function programOf(storage: Storage, sweepId: number) {
  const sweep = await readSweep(storage, sweepId);
  if (!sweep || !isProgramEngine(sweep.engine)) return null;
  const { engine, folder, armList: arms } = sweep;
  const copy = programFolder(programsFolderOf(storage), engine);
  return existsSync(copy) ? { sweep, copy, use: { folder, arms } } : null;
}

function refusal(
  sweep: SweepRecord,
  copy: string,
  files: ReadonlyMap<string, string>,
  strange: readonly string[],
): UserError {
  const { id, name, armList, folder } = sweep;
  const seed = sweep.plan.seeds[0]!;
  const commands = distinct(armList.map((arm) => commandOf(arm, seed)));
  const names = distinct(armList.flatMap(({ training }) => (isProgram(training) ? training.program.env : [])));
  return new UserError(
    [
      `Cannot train ${id} ${name}: it runs a program with your rights that was not planned on this machine by you, ` +
        'or in another folder, or with other texts among its settings',
      ...commands.slice(0, MOST_COMMANDS).map((command) => `  command      ${command}`),
      ...(commands.length > MOST_COMMANDS ? [`  and          ${commands.length - MOST_COMMANDS} more commands`] : []),
      `  files        ${files.size === 0 ? 'none' : named([...files.keys()])}, in ${copy}`,
      ...(strange.length === 0 ? [] : [`  beside them  ${named(strange)}: not the program's, and it may use them`]),
      `  folder       ${folder}`,
      ...(names.length === 0 ? [] : [`  environment  ${named(names)}`]),
      `Wanted: --trust-program, once you have looked at them (\`cosweep run ${id} --trust-program\`)`,
    ]
      .map(printable)
      .join('\n'),
  );
}

/** As the arm's runs are started with the sweep's first seed; as it is written where the database says nonsense. */
function commandOf(arm: Arm, seed: number): string {
  const { training } = arm;
  if (!isProgram(training)) return 'none';
  const { command } = training.program;
  try {
    return JSON.stringify(fillCommand(command, templateValues(arm, stageParameters(arm, training.batches), seed)));
  } catch {
    return JSON.stringify(command);
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function named(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

const MOST_NAMED = 20;
const MOST_COMMANDS = 20;
