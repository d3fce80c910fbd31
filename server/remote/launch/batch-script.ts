import { resolve } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { shellWord } from '../shell-word.ts';
import { findTimeLimit, workFor } from './time-limit.ts';

export interface BatchOptions {
  /** What starts Cosweep: Node and its launcher, in full. */
  program: readonly string[];
  /** The join file, on a disk that the other machines see too. */
  join: string;
  /** The folder of the jobs' logs, as their machines see it. */
  logs: string;
  /** Further options of `worker`. */
  worker?: readonly string[];
  /** The user's own options of sbatch. They come last and win. */
  sbatch?: readonly string[];
}

/** How long before the time limit the worker is told to stop, in seconds: a checkpoint must be written and sent. */
const STOP_BEFORE = 120;

/**
 * A batch script for Slurm that starts a worker. The shell becomes the worker, so that it gets the TERM that Slurm
 * sends before the time limit to the first process alone (`B:`). Where there is a limit the worker also knows how long
 * it may begin stages.
 */
export function batchScript({ program, join, logs, worker = [], sbatch = [] }: BatchOptions): string {
  checkOptions(sbatch);
  const command = [...program, 'worker', '--join', resolve(join), ...worker, ...timeOf(worker, sbatch)];
  return [
    '#!/bin/sh',
    '#SBATCH --job-name=cosweep',
    `#SBATCH --output=${sbatchWord(logOf(resolve(logs), sbatch))}`,
    '#SBATCH --open-mode=append',
    `#SBATCH --signal=B:TERM@${STOP_BEFORE}`,
    '#SBATCH --requeue',
    ...toLines(sbatch).map((words) => `#SBATCH ${words.map(sbatchWord).join(' ')}`),
    '',
    `exec ${command.map(shellWord).join(' ')}`,
    '',
  ].join('\n');
}

function checkOptions(sbatch: readonly string[]): void {
  const refuse = (found: string): never => {
    throw new UserError(`Cannot write a batch script: after -- found ${found}; wanted options of sbatch`);
  };
  const [first] = sbatch;
  if (first !== undefined && !first.startsWith('-')) refuse(JSON.stringify(first));
  for (const option of sbatch) {
    // A line of the script is all that there is for an option, and what follows would be a command.
    if (/[\n\r\0]/.test(option)) refuse(`${JSON.stringify(option)}, which has a line break`);
    if (/^--wrap\b/.test(option)) refuse('--wrap, which takes the place of the script');
  }
}

/** A log for each job, and for each task of an array. Slurm replaces what follows a %, in the folder's name too. */
function logOf(folder: string, sbatch: readonly string[]): string {
  // Slurm replaces nothing in a path with a backslash, so all jobs would have the same log.
  const [sign] = /[\\\n\r\0]/.exec(folder) ?? [];
  if (sign !== undefined)
    throw new UserError(
      `Cannot keep the logs of jobs in ${JSON.stringify(folder)}: its path has ` +
        `${sign === '\\' ? 'a backslash' : 'a line break'}; wanted a folder without one`,
    );
  const isArray = sbatch.some((option) => /^(--array\b|-a)/.test(option));
  return `${folder.replaceAll('%', '%%')}/cosweep-${isArray ? '%A_%a' : '%j'}.log`;
}

/** An option and its value are one line: `-p gpu`. */
function toLines(options: readonly string[]): string[][] {
  const lines: string[][] = [];
  for (const option of options) {
    if (option.startsWith('-')) lines.push([option]);
    else lines.at(-1)!.push(option);
  }
  return lines;
}

/** sbatch knows quotes in its lines, and backslashes within them. A space is part of a word within quotes alone. */
function sbatchWord(text: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** What the user says counts. */
function timeOf(worker: readonly string[], sbatch: readonly string[]): string[] {
  if (worker.some((option) => /^--for(=|$)/.test(option))) return [];
  const limit = findTimeLimit(sbatch);
  const time = limit === null ? null : workFor(limit);
  return time === null ? [] : ['--for', time];
}
