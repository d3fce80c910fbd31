import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { takeItsName, writeSynced } from '../../runner/checkpoints/checkpoint-files.ts';
import type { BlobOptions, BlobRef, Pieces } from './blob-store.ts';
import { checkedPieces } from './checked-pieces.ts';
import { SeenFiles } from './seen-files.ts';

const SUFFIX = '.blob';

/** A writer that is alive has changed its file within this time. In milliseconds. */
const LEFT_AFTER = 24 * 3600_000;

/** How often leftovers are looked for. In milliseconds. */
const LOOK_EVERY = 3600_000;

const CHUNK = 2 ** 20;

/** A folder of blobs, each a file that has its hash as its name. Errors are the system's own. */
export class BlobFiles {
  readonly folder: string;
  readonly seen = new SeenFiles();
  #lookedAt = -Infinity;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where the blob is if it is there. */
  pathOf(hash: string): string {
    return join(this.folder, hash + SUFFIX);
  }

  isWhole(hash: string): Promise<boolean> {
    return this.seen.isWhole(this.pathOf(hash), hash);
  }

  /** Its bytes, of whose last it may turn out that they are not the blob's. */
  read(hash: string, options: BlobOptions): AsyncGenerator<Uint8Array, void, undefined> {
    return piecesOfFile(this.pathOf(hash), hash, options);
  }

  /** Writes a blob, or replaces a damaged one. */
  async write(blob: BlobRef, pieces: Pieces, options: BlobOptions): Promise<void> {
    await this.takeName(blob.hash, await this.writeTemporary(blob, pieces, options));
  }

  /** @returns the path of a file that is synced and is what the hash says, and has no name yet */
  async writeTemporary(
    { hash, size }: { hash: string; size?: number | undefined },
    pieces: Pieces,
    options: BlobOptions,
  ): Promise<string> {
    const file = `${hash}.${randomUUID()}.tmp`;
    await mkdir(this.folder, { recursive: true });
    await writeSynced(join(this.folder, file), checkedPieces(pieces(), { hash, size }, 'what was to be kept', options));
    return file;
  }

  /** @param temporary from `writeTemporary` */
  async takeName(hash: string, temporary: string): Promise<void> {
    const { mtimeMs } = await stat(join(this.folder, temporary));
    await takeItsName(this.folder, temporary, hash + SUFFIX);
    if (performance.now() - this.#lookedAt < LOOK_EVERY) return;
    this.#lookedAt = performance.now();
    await this.#removeLeftovers(mtimeMs);
  }

  /**
   * Deletes what killed writers left half written.
   *
   * @param now by the clock of the folder, which may be on another machine
   */
  async #removeLeftovers(now: number): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!/^[0-9a-f]{64}\.[\w-]+\.tmp$/.test(name)) continue;
      const path = join(this.folder, name);
      const found = await stat(path).catch(() => null);
      if (found && now - found.mtimeMs > LEFT_AFTER) await rm(path, { force: true }).catch(() => {});
    }
  }

  async hashes(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => [] as string[]);
    return names.filter((name) => /^[0-9a-f]{64}\.blob$/.test(name)).map((name) => name.slice(0, -SUFFIX.length));
  }
}

/** The bytes of a file, which is opened when the first of them are asked for. */
export function piecesOfFile(
  path: string,
  hash: string,
  options: BlobOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  return checkedPieces(chunksOf(path), { hash }, path, options);
}

/** The bytes of a file as they are. */
export async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Uint8Array>;
}
