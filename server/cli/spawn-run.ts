import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { launcher } from './launcher.ts';

/**
 * Starts `cosweep run` for a stored sweep in a session of its own: the run outlives this process, and a Ctrl-C meant
 * for this process does not reach it. A sweep that is cancelled before the run comes to it stays cancelled. The
 * messages of the run go to a log beside the database.
 *
 * @returns the path of the log
 */
export async function spawnRun(db: string, sweepId: string): Promise<string> {
  const log = `${db}.logs/${sweepId}.log`;
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, 'a');
  try {
    const child = spawn(process.execPath, launcher(db, 'run', sweepId, '--if-queued'), {
      detached: true,
      stdio: ['ignore', file, file],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return log;
  } finally {
    closeSync(file);
  }
}
