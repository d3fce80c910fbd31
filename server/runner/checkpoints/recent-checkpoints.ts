import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredCheckpoint } from '../../store/reading/read-checkpoints.ts';
import { isWhole, readCheckpoint, storeCheckpoint } from './checkpoint-files.ts';
import { BYTES_UP_TO, type SentCheckpoint } from './sent-checkpoint.ts';

/** How much is held in memory, unless another limit is given. */
const BYTES = 64 * 2 ** 20;

/**
 * The checkpoints of a folder, as they are sent. Of the small ones those that were written or read last are in memory:
 * several stages begin from the same one, and to read it and check its hash takes longer than to send it. Large ones
 * are sent by the name of their file and never read into memory.
 */
export class RecentCheckpoints {
  readonly #folder: string;
  readonly #limit: number;
  readonly #bytesUpTo: number;
  readonly #recent = new Map<string, Uint8Array>();
  /** Hashes of large ones whose files were in order when they were written or looked through last. */
  readonly #whole = new Set<string>();
  #bytes = 0;

  /**
   * @param limit bytes that are held in memory at most
   * @param bytesUpTo checkpoints from this size on are sent as files
   */
  constructor(folder: string, limit = BYTES, bytesUpTo = BYTES_UP_TO) {
    this.#folder = folder;
    this.#limit = limit;
    this.#bytesUpTo = bytesUpTo;
  }

  /** It is on the disk afterwards, whole (see `storeCheckpoint`). */
  async write(checkpoint: SentCheckpoint, note: (file: string) => Promise<void> | void): Promise<StoredCheckpoint> {
    const stored = await storeCheckpoint(this.#folder, checkpoint, note);
    // A copy: what a worker sends is a part of its whole message, which would be held with it.
    if ('bytes' in checkpoint.content) this.#keep(stored.hash, new Uint8Array(checkpoint.content.bytes));
    else this.#whole.add(stored.hash);
    return stored;
  }

  /** @returns null where it is not in memory, and its file is gone or is not what the hash says */
  async read({ batch, hash, size, file }: StoredCheckpoint): Promise<SentCheckpoint | null> {
    const ref = { batch, hash, size };
    if (size >= this.#bytesUpTo) {
      const isInOrder = await isWhole(this.#folder, { file, hash });
      if (isInOrder) this.#whole.add(hash);
      else this.#whole.delete(hash);
      return isInOrder ? { ...ref, content: { file } } : null;
    }
    const bytes = this.#recent.get(hash) ?? (await readCheckpoint(this.#folder, { file, hash }));
    if (!bytes) return null;
    this.#keep(hash, bytes);
    return { ...ref, content: { bytes } };
  }

  /**
   * Whether its file is there. One that was in order when it was written or read last is not read through once more.
   */
  async isThere(checkpoint: StoredCheckpoint): Promise<boolean> {
    const { file, hash, size } = checkpoint;
    if (!this.#recent.has(hash) && !this.#whole.has(hash)) return (await this.read(checkpoint)) !== null;
    return stat(join(this.#folder, file)).then(
      (found) => found.size === size,
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
