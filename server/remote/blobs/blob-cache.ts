import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../training/cache-folder.ts';
import { explainFileError, isFileError } from '../../sweep/file-error.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { BlobFiles, piecesOfFile } from './blob-files.ts';
import {
  checkBlobName,
  DamagedBlob,
  type BlobOptions,
  type BlobRef,
  type BlobStore,
  type Pieces,
} from './blob-store.ts';
import { Pins } from './pins.ts';

/** In bytes. */
const LIMIT = 10e9;

/** A blob as a file of this machine, which stays until it is released. */
export interface HeldBlob {
  file: string;
  release(): Promise<void>;
}

export interface BlobCacheOptions {
  folder?: string;
  /** In bytes: so much is kept of what nobody holds. */
  limit?: number;
}

/**
 * A worker's own copies of blobs of another store. Those that were not used for longest go first. Any number of
 * processes may have one folder.
 *
 * Where the folder cannot be written (its disk is full), blobs are read as if there were no cache; `hold` alone, which
 * needs a file, says what to do.
 */
export class BlobCache implements BlobStore {
  readonly #behind: BlobStore;
  readonly #files: BlobFiles;
  readonly #pins: Pins;
  readonly #limit: number;
  /** What is on its way: whoever wants the same blob waits for it. */
  readonly #coming = new Map<string, Promise<unknown>>();

  constructor(behind: BlobStore, { folder = join(cacheFolder(), 'blobs'), limit = LIMIT }: BlobCacheOptions = {}) {
    this.#behind = behind;
    this.#files = new BlobFiles(folder);
    this.#pins = new Pins(folder);
    this.#limit = limit;
  }

  async has(hash: string, options: BlobOptions = {}): Promise<boolean> {
    checkBlobName(hash);
    return (await this.#files.isWhole(hash)) || this.#behind.has(hash, options);
  }

  /** @returns its bytes, which are to be read to their end, or left with `return`: the file is held until then */
  async read(hash: string, options: BlobOptions = {}): Promise<AsyncIterable<Uint8Array> | null> {
    try {
      const held = await this.#hold(hash, options);
      return held && readHeld(held, hash, options);
    } catch (error) {
      if (isFileError(error)) return this.#behind.read(hash, options);
      throw error;
    }
  }

  async write(blob: BlobRef, pieces: Pieces, options: BlobOptions = {}): Promise<void> {
    checkBlobName(blob.hash);
    await this.#keep(blob, pieces, options);
    await this.#behind.write(blob, pieces, options);
  }

  /**
   * Makes a blob a file of this machine. Nobody changes the file or takes it away before it is released, or this
   * process has ended.
   *
   * @returns null where the store does not have it, or has it damaged
   */
  async hold(hash: string, options: BlobOptions = {}): Promise<HeldBlob | null> {
    try {
      return await this.#hold(hash, options);
    } catch (error) {
      if (!isFileError(error)) throw error;
      const { message } = explainFileError(error, `keep blob ${hash} in ${this.#files.folder}`) as Error;
      const wanted = 'room there, or another folder for the cache (COSWEEP_CACHE names it)';
      throw new OutsideError(`${message}; wanted: ${wanted}`, { cause: error });
    }
  }

  async #hold(hash: string, options: BlobOptions): Promise<HeldBlob | null> {
    checkBlobName(hash);
    for (;;) {
      const held = await this.#pin(hash);
      if (held) return held;
      const coming = this.#coming.get(hash);
      if (!coming) break;
      await coming.catch(() => {}); // whoever began it is told
      options.signal?.throwIfAborted();
    }
    const bringing = this.#bring(hash, options);
    this.#coming.set(hash, bringing);
    try {
      return await bringing;
    } finally {
      this.#coming.delete(hash);
    }
  }

  /** Holds what is here already; a copy that is damaged is deleted. */
  async #pin(hash: string): Promise<HeldBlob | null> {
    const path = this.#files.pathOf(hash);
    const pin = await this.#pins.add(path, hash);
    if (pin === null) return null;
    if (await this.#files.seen.isWhole(pin, hash)) {
      await this.#noteUse(pin, hash);
      return this.#toHeld(pin, hash);
    }
    await Promise.all([rm(path, { force: true }), this.#pins.remove(pin)]);
    return null;
  }

  /** The time of a file says when it was used last: systems do not keep the time of reading. */
  async #noteUse(pin: string, hash: string): Promise<void> {
    const now = new Date();
    await utimes(pin, now, now).catch(() => {});
    await this.#files.seen.renew(pin, hash);
  }

  #toHeld(pin: string, hash: string): HeldBlob {
    const renewing = setInterval(() => void this.#noteUse(pin, hash), this.#pins.renewEvery).unref();
    return {
      file: pin,
      release: async () => {
        clearInterval(renewing);
        await this.#pins.remove(pin);
        await this.#evict(this.#limit);
      },
    };
  }

  async #bring(hash: string, options: BlobOptions): Promise<HeldBlob | null> {
    for (let tries = 1; ; tries++) {
      const pieces = await this.#behind.read(hash, options);
      if (!pieces) return null;
      try {
        const temporary = await this.#files.writeTemporary({ hash }, () => pieces, { signal: options.signal });
        // Held before it has its name: another process may need the room at once.
        const pin = (await this.#pins.add(join(this.#files.folder, temporary), hash))!;
        await this.#files.takeName(hash, temporary);
        await this.#files.seen.renew(pin, hash);
        await this.#evict(this.#limit);
        return this.#toHeld(pin, hash);
      } catch (error) {
        if (error instanceof DamagedBlob) return null;
        // A disk that is full may be full of this: what nobody holds makes room, once.
        if (tries > 1 || !isFileError(error) || !(await this.#evict(0))) throw error;
      }
    }
  }

  /** Where there is no room, a blob is not kept here. */
  async #keep(blob: BlobRef, pieces: Pieces, options: BlobOptions): Promise<void> {
    if (blob.size > this.#limit || (await this.#files.isWhole(blob.hash))) return;
    try {
      await this.#files.write(blob, pieces, { signal: options.signal });
    } catch (error) {
      if (!isFileError(error)) throw error;
    }
    await this.#evict(this.#limit);
  }

  /** Deletes what nobody holds and was not used for longest, until no more than `most` bytes are left. */
  async #evict(most: number): Promise<boolean> {
    await this.#pins.removeLeft();
    const found = await Promise.all((await this.#files.hashes()).map((hash) => this.#look(hash)));
    const kept = found.filter((each) => each !== null).sort((a, b) => a.usedAt - b.usedAt);
    let bytes = kept.reduce((total, { size }) => total + size, 0);
    let evicted = false;
    for (const { path, size, isHeld } of kept) {
      if (bytes <= most) break;
      // It would still take its room under the name by which it is held.
      if (isHeld) continue;
      await rm(path, { force: true }).catch(() => {});
      bytes -= size;
      evicted = true;
    }
    return evicted;
  }

  async #look(hash: string): Promise<{ path: string; size: number; usedAt: number; isHeld: boolean } | null> {
    const path = this.#files.pathOf(hash);
    const found = await stat(path).catch(() => null);
    return found && { path, size: found.size, usedAt: found.mtimeMs, isHeld: found.nlink > 1 };
  }
}

async function* readHeld({ file, release }: HeldBlob, hash: string, options: BlobOptions): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOfFile(file, hash, options);
  } finally {
    await release();
  }
}
