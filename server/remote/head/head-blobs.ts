import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeUnnamed } from '../../runner/checkpoints/checkpoint-files.ts';
import type { SentCheckpoint } from '../../runner/checkpoints/sent-checkpoint.ts';
import type { ProgramOrder, StageOrder } from '../../runner/workers/messages.ts';
import { packProgram } from '../../runner/programs/program-files.ts';
import type { CheckpointRef } from '../../store/reading/read-checkpoints.ts';
import { UserError } from '../../sweep/user-error.ts';
import { loadSource } from '../../training/datasets/load.ts';
import { LARGEST_PACKED, packSource } from '../../training/datasets/packed.ts';
import type { BlobRef } from '../blobs/blob-store.ts';

/** In milliseconds: what came in, or was written for a worker, is deleted where nobody has asked for it so long. */
const KEPT = 10 * 60_000;

/** Stands for a data set that cannot be sent: whoever has none of its own says so. */
const TOO_LARGE: BlobRef = { hash: '0'.repeat(64), size: LARGEST_PACKED + 1 };

interface Options {
  /** The database's checkpoint folder. */
  folder: string;
  /** The file there that a checkpoint of the database is in; null where it has none with this hash. */
  fileOf: (hash: string) => string | null;
}

/**
 * The contents that travel between this process and workers on other machines. What workers may fetch is what the
 * database has and what they were ordered to begin from; what they bring is a file with a temporary name until it is
 * stored.
 */
export class HeadBlobs {
  readonly folder: string;
  readonly #fileOf: Options['fileOf'];
  /** The name of which its files are temporary ones; it is noted before anything is written. */
  readonly temporaries: string;
  /** By hash: files in the folder that came in. */
  readonly #arrived = new Map<string, { file: string; at: number }>();
  /** By hash: files in the folder that are bodies of messages to workers. */
  readonly #written = new Map<string, { file: string; at: number }>();
  /** By hash: paths of what is offered besides what the database has. */
  readonly #offered = new Map<string, string>();
  /** Data sets by fingerprint, for whoever does not have them, and programs by the folder of their copy. */
  readonly #packed = new Map<string, Promise<BlobRef>>();

  constructor({ folder, fileOf }: Options, temporaries: string) {
    this.folder = folder;
    this.#fileOf = fileOf;
    this.temporaries = temporaries;
  }

  /** The file that has these bytes, for the server. */
  async find(hash: string): Promise<string | null> {
    const own = this.#arrived.get(hash) ?? this.#written.get(hash);
    if (own) return join(this.folder, own.file);
    const offered = this.#offered.get(hash);
    if (offered !== undefined) return offered;
    const stored = this.#fileOf(hash);
    return stored === null ? null : join(this.folder, stored);
  }

  /** Keeps a file that came in. @param file its name in the folder, which the server gives up */
  async take({ hash }: BlobRef, file: string): Promise<void> {
    await this.#removeOld();
    const own = this.#temporary();
    await rename(join(this.folder, file), join(this.folder, own));
    const before = this.#arrived.get(hash);
    this.#arrived.set(hash, { file: own, at: performance.now() });
    if (before) await rm(join(this.folder, before.file), { force: true });
  }

  /**
   * A checkpoint that a worker says it has brought, to be stored.
   *
   * @returns null where it has not come
   */
  async arrived(checkpoint: CheckpointRef): Promise<SentCheckpoint | null> {
    const arrived = this.#arrived.get(checkpoint.hash);
    this.#arrived.delete(checkpoint.hash);
    if (arrived) return { ...checkpoint, content: { file: arrived.file } };
    // The server said that it was there already: then it is stored under its own name, and nothing is to be moved.
    return this.#fileOf(checkpoint.hash) === null ? null : { ...checkpoint, content: { file: this.#temporary() } };
  }

  /** The body of a message that has come in. @returns null where it has not */
  async read({ hash }: BlobRef): Promise<Uint8Array | null> {
    const arrived = this.#arrived.get(hash);
    if (!arrived) return null;
    this.#arrived.delete(hash);
    const path = join(this.folder, arrived.file);
    try {
      return await readFile(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Offers the body of a message to a worker. One that is not fetched for minutes is sent again with its message. */
  async write({ hash }: BlobRef, bytes: Uint8Array): Promise<void> {
    await this.#removeOld();
    const before = this.#written.get(hash);
    const file = before?.file ?? this.#temporary();
    if (!before) {
      await mkdir(this.folder, { recursive: true });
      await writeFile(join(this.folder, file), bytes);
    }
    this.#written.set(hash, { file, at: performance.now() });
  }

  /** Offers what a stage begins from and what it is trained on, until it is released. */
  async offer(order: StageOrder | ProgramOrder): Promise<{ packed: BlobRef | null; release: () => void }> {
    if (!('dataset' in order)) return { packed: null, release: await this.#offerStart(order) };
    const { weights, baseFolder, settings } = order;
    if (weights !== null) this.#offerPath(weights, resolve(baseFolder, settings.training.model.weights!));
    return { packed: await this.#pack(order), release: await this.#offerStart(order) };
  }

  async #offerStart({ start, checkpoints }: Pick<StageOrder, 'start' | 'checkpoints'>): Promise<() => void> {
    if (!start?.content) return () => {};
    const { hash, content } = start;
    if ('file' in content) return this.#offerPath(hash, join(checkpoints.folder, content.file));
    if (this.#fileOf(hash) !== null) return () => {};
    // Its stage is stored this very moment.
    const path = join(this.folder, this.#temporary());
    await mkdir(this.folder, { recursive: true });
    await writeFile(path, content.bytes);
    const end = this.#offerPath(hash, path);
    return () => {
      end();
      void rm(path, { force: true }).catch(() => {});
    };
  }

  /** Nothing of what came in or was packed is wanted any more. */
  async close(): Promise<void> {
    await this.#removeOld(0);
    for (const packed of this.#packed.values()) {
      const { hash } = await packed.catch(() => TOO_LARGE);
      const path = this.#offered.get(hash);
      if (path !== undefined) await rm(path, { force: true });
    }
  }

  /** Offers the files of a user's program until this is closed. @param copy the folder that has them */
  bundle(copy: string): Promise<BlobRef> {
    return this.#once(copy, () => this.#write(packProgram(copy)));
  }

  #pack({ dataset, baseFolder, fingerprint }: StageOrder): Promise<BlobRef> {
    return this.#once(fingerprint, async () => {
      try {
        // All that a data set holds: how it is split and normalised is in the settings.
        const source = await loadSource(dataset, { baseFolder, log: () => {} });
        return await this.#write(packSource(source, dataset.name).pieces());
      } catch (error) {
        if (error instanceof UserError) return TOO_LARGE;
        throw error;
      }
    });
  }

  /** Each of them is packed once. */
  #once(name: string, pack: () => Promise<BlobRef>): Promise<BlobRef> {
    const before = this.#packed.get(name);
    if (before) return before;
    const packed = pack();
    packed.catch(() => this.#packed.delete(name));
    this.#packed.set(name, packed);
    return packed;
  }

  async #write(pieces: Parameters<typeof writeUnnamed>[2]): Promise<BlobRef> {
    const { file, hash, size } = await writeUnnamed(this.folder, this.temporaries, pieces);
    this.#offerPath(hash, join(this.folder, file));
    return { hash, size };
  }

  #offerPath(hash: string, path: string): () => void {
    this.#offered.set(hash, path);
    return () => {
      if (this.#offered.get(hash) === path) this.#offered.delete(hash);
    };
  }

  #temporary(): string {
    return `${this.temporaries}.${randomUUID()}.tmp`;
  }

  async #removeOld(kept = KEPT): Promise<void> {
    for (const files of [this.#arrived, this.#written]) {
      for (const [hash, { file, at }] of files) {
        if (performance.now() - at < kept) continue;
        files.delete(hash);
        await rm(join(this.folder, file), { force: true });
      }
    }
  }
}
