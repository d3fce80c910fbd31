import type { CheckpointFile } from '../store/commit-segment.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-files.ts';

/** How much is held in memory. */
const BYTES = 64 * 2 ** 20;

/**
 * The checkpoints of a folder, of which those that were written or read last are in memory: several stages begin from the same one, and to
 * read it and check its hash takes longer than to send it.
 */
export class RecentCheckpoints {
  readonly #folder: string;
  readonly #recent = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** It is on the disk afterwards, whole (see `writeCheckpoint`). */
  async write(checkpoint: { batch: number; bytes: Uint8Array }): Promise<CheckpointFile> {
    const written = await writeCheckpoint(this.#folder, checkpoint);
    this.#keep(written.hash, checkpoint.bytes);
    return written;
  }

  /** @returns null where it is not in memory, and its file is gone or is not what the hash says */
  async read({ file, hash }: Pick<CheckpointFile, 'file' | 'hash'>): Promise<Uint8Array | null> {
    const bytes = this.#recent.get(hash) ?? await readCheckpoint(this.#folder, file, hash);
    if (bytes) this.#keep(hash, bytes);
    return bytes;
  }

  #keep(hash: string, bytes: Uint8Array): void {
    if (this.#recent.has(hash)) return;
    this.#recent.set(hash, bytes);
    this.#bytes += bytes.length;
    // A Map keeps the order of insertion: the first is the oldest.
    for (const [oldest, { length }] of this.#recent) {
      if (this.#bytes <= BYTES) return;
      this.#recent.delete(oldest);
      this.#bytes -= length;
    }
  }
}
