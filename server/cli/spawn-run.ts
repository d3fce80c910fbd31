import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOG_FILE_MODE, LOG_FOLDER_MODE, logFolderOf } from '../store/database/log-folder.ts';
import { launcher } from './launcher.ts';

/** A process that trains. */
export interface SpawnedRun {
  /** Path of the file that its messages go to. */
  log: string;
  /** How it ended. */
  ended: Promise<RunEnd>;
}

export interface RunEnd {
  /** As `exit code 1` or `killed by SIGKILL`. */
  how: string;
  /** The last lines that it said. */
  said: string;
}

/** How many of its last lines tell why a process ended. */
const LINES_KEPT = 5;

/**
 * Starts `cosweep run` for a stored sweep in a session of its own: the run outlives this process, and a Ctrl-C meant
 * for this process does not reach it. A sweep that is cancelled before the run comes to it stays cancelled. The
 * messages of the run go to a log beside the database, without what they would quote from data for the terminal alone.
 *
 * @param programs whether it may start users' programs, of whatever sweep of the queue
 */
export async function spawnRun(db: string, sweepId: string, programs: boolean): Promise<SpawnedRun> {
  const log = join(logFolderOf({ file: db }), `${sweepId}.log`);
  mkdirSync(dirname(log), { recursive: true, mode: LOG_FOLDER_MODE });
  const file = openSync(log, 'a', LOG_FILE_MODE);
  try {
    const before = statSync(log).size;
    const child = spawn(
      process.execPath,
      launcher(db, 'run', sweepId, '--if-queued', ...(programs ? [] : ['--no-programs'])),
      {
        detached: true,
        env: { ...process.env, COSWEEP_DETAIL: '0' },
        stdio: ['ignore', file, file],
      },
    );
    const ended = new Promise<RunEnd>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve({ how: signal ? `killed by ${signal}` : `exit code ${code}`, said: lastLines(log, before) }),
      );
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return { log, ended };
  } finally {
    closeSync(file);
  }
}

/** @param from bytes of the log that are older than the process */
function lastLines(log: string, from: number): string {
  try {
    return readFileSync(log).subarray(from).toString().trim().split('\n').slice(-LINES_KEPT).join('\n');
  } catch {
    return ''; // the log was removed meanwhile
  }
}
