import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { constants, copyFile, link, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isFileError } from '../../sweep/file-error.ts';
import { isAlive } from '../../training/is-alive.ts';

/** In milliseconds. */
const RENEW_EVERY = 3600_000;

/** A process on another machine, which cannot be asked, has renewed its pins within this time. In milliseconds. */
const LEFT_AFTER = 24 * 3600_000;

/** How often leftovers are looked for. In milliseconds. */
const LOOK_EVERY = 600_000;

/**
 * Second names of files, under which they stay while they are in use. A hard link is made at once or not at all, so
 * that processes need no lock: whoever deletes the first name takes nothing away from whoever has the second one.
 */
export class Pins {
  readonly renewEvery = RENEW_EVERY;
  readonly #folder: string;
  #lookedAt = -Infinity;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns the second name; null where the file is not there */
  async add(path: string, hash: string): Promise<string | null> {
    const pin = join(this.#folder, `${hash}.${MACHINE}-${process.pid}-${randomUUID()}.pin`);
    try {
      await linkOrCopy(path, pin);
      return pin;
    } catch (error) {
      if (isFileError(error) && ['ENOENT', 'ESTALE', 'ENOTDIR'].includes(error.code)) return null;
      throw error;
    }
  }

  async remove(pin: string): Promise<void> {
    await rm(pin, { force: true }).catch(() => {});
  }

  /** Deletes the pins of processes that were killed. */
  async removeLeft(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY) return;
    this.#lookedAt = performance.now();
    for (const name of await readdir(this.#folder).catch(() => [] as string[]))
      if (await isLeft(this.#folder, name)) await this.remove(join(this.#folder, name));
  }
}

/** Not every file system has links: a copy does the same, for more room. */
async function linkOrCopy(path: string, pin: string): Promise<void> {
  try {
    await link(path, pin);
  } catch (error) {
    if (!isFileError(error) || !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(error.code))
      throw error;
    await copyFile(path, pin, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}

async function isLeft(folder: string, name: string): Promise<boolean> {
  const [, machine, pid] = /^[0-9a-f]{64}\.([0-9a-f]{12})-(\d+)-[\w-]+\.pin$/.exec(name) ?? [];
  if (machine === undefined) return false;
  if (machine === MACHINE) return !isAlive(Number(pid));
  const found = await stat(join(folder, name)).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > LEFT_AFTER;
}

/** Where process ids mean the same: a machine, or a container on it. A folder may be common to several of them. */
export const MACHINE = createHash('sha256').update(`${hostname()} ${processSpace()}`).digest('hex').slice(0, 12);

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
