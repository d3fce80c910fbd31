import { setTimeout as wait } from 'node:timers/promises';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { isAlive } from '../../training/is-alive.ts';
import { readState } from './broker-folder.ts';
import { parentOf, serverIn } from './running-process.ts';

/** How long a server may take to write down what it has, and a killed one to be gone, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Ends a server that works in this folder although its starter is dead: two would write the same files. One whose
 * starter is alive is left alone, and the start is refused.
 */
export async function endLeftServer(folder: string): Promise<void> {
  const pid = await serverIn(folder);
  if (pid === null) return;
  const starter = readState(folder)?.starter;
  if (starter !== undefined && (await parentOf(pid)) === starter)
    throw new UserError(
      `Cannot start a broker in ${folder}: process ${starter} is at work with the one that runs there (${pid})`,
    );
  await endProcess(pid);
}

/** By SIGTERM, with which a server syncs its file; by SIGKILL where that does not help. */
export async function endProcess(pid: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // it has ended
    }
    const end = Date.now() + PATIENCE;
    while (isAlive(pid) && Date.now() < end) await wait(20);
    if (!isAlive(pid)) return;
  }
  throw new OutsideError(`Cannot end the broker's process ${pid}: it outlives SIGKILL; its disk may hang`);
}
