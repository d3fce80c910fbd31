import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFile } from '../../store/training/commit-segment.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-files.ts';

/** How much is held in memory, unless another limit is given. */
const BYTES = 64 * 2 ** 20;

/**
 * The checkpoints of a folder, of which those that were written or read last are in memory: several stages begin from
 * the same one, and to read it and check its hash takes longer than to send it.
 */
export class RecentCheckpoints {
  readonly #folder: string;
  readonly #limit: number;
  readonly #recent = new Map<string, Uint8Array>();
  #bytes = 0;

  /** @param limit bytes that are held in memory at most */
  constructor(folder: string, limit = BYTES) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** It is on the disk afterwards, whole (see `writeCheckpoint`). */
  async write(checkpoint: { batch: number; bytes: Uint8Array }): Promise<CheckpointFile> {
    const written = await writeCheckpoint(this.#folder, checkpoint);
    // A copy: what a worker sends is a part of its whole message, which would be held with it.
    this.#keep(written.hash, new Uint8Array(checkpoint.bytes));
    return written;
  }

  /** @returns null where it is not in memory, and its file is gone or is not what the hash says */
  async read({ file, hash }: Pick<CheckpointFile, 'file' | 'hash'>): Promise<Uint8Array | null> {
    const bytes = this.#recent.get(hash) ?? (await readCheckpoint(this.#folder, file, hash));
    if (bytes) this.#keep(hash, bytes);
    return bytes;
  }

  /**
   * Whether its file is there. One that was in order when it was written or read last is not read through once more.
   */
  async isThere({ file, hash }: Pick<CheckpointFile, 'file' | 'hash'>): Promise<boolean> {
    const bytes = this.#recent.get(hash);
    if (!bytes) return (await this.read({ file, hash })) !== null;
    return stat(join(this.#folder, file)).then(
      ({ size }) => size === bytes.length,
      () => false,
    );
  }

  #keep(hash: string, bytes: Uint8Array): void {
    if (!this.#recent.delete(hash)) this.#bytes += bytes.length;
    this.#recent.set(hash, bytes);
    // A Map keeps the order of insertion: the first is the one that was not asked for for longest.
    for (const [oldest, { length }] of this.#recent) {
      if (this.#bytes <= this.#limit) return;
      this.#recent.delete(oldest);
      this.#bytes -= length;
    }
  }
}
