import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearLeftovers } from '../../runner/programs/leftovers.ts';
import { stagesFolder } from '../../runner/programs/program-files.ts';
import { isAlive } from '../../training/is-alive.ts';
import { MACHINE } from '../blobs/pins.ts';

/**
 * Makes a folder for what this process has at work, to be removed at its end. What workers have left that were killed
 * is removed now, and their programs are ended.
 */
export async function makeOwnFolder(): Promise<string> {
  const within = tmpdir();
  for (const name of await readdir(within)) {
    const path = join(within, name);
    if (!(await isLeft(path, name))) continue;
    for (const sweep of await readdir(path).catch(() => [] as string[]))
      await clearLeftovers(stagesFolder(join(path, sweep)));
    await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
  const folder = join(within, `cosweep-worker-${MACHINE}-${process.pid}-${randomUUID().slice(0, 8)}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Whether a process of this user made it that is not there any more. */
async function isLeft(path: string, name: string): Promise<boolean> {
  const [, machine, pid] = /^cosweep-worker-([0-9a-f]{12})-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
  if (machine !== MACHINE || isAlive(Number(pid))) return false;
  // Not what a link leads to: whoever may write here could make one to another folder of this user.
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}
