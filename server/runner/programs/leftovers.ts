import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Ends the programs that a killed process left at work, and removes the folders of their stages. To be called under the
 * lease, before anything is trained: what is there then is nobody's. Programs are known by the folder that stands in
 * their environment, where the system tells it (Linux).
 *
 * @param folder that holds the stages' folders
 */
export async function clearLeftovers(folder: string): Promise<void> {
  for (const pid of await processesOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended meanwhile, or is somebody else's
    }
  }
  await removeFolders(folder);
}

/** Removes the folders of stages. @param isMeant by name; left out: all */
export async function removeFolders(folder: string, isMeant: (name: string) => boolean = () => true): Promise<void> {
  const names = (await readdir(folder).catch(() => [] as string[])).filter(isMeant);
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
}

async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [] as string[])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`COSWEEP_STAGES=${folder}`)) found.push(pid);
  }
  return found;
}
