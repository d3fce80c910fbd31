import { resolve } from 'node:path';
import type { BroughtFiles, StageOrder } from '../../runner/workers/messages.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { fingerprint } from '../../training/datasets/fingerprint.ts';
import { loadSource } from '../../training/datasets/load.ts';
import { LARGEST_PACKED } from '../../training/datasets/packed.ts';
import type { BlobCache, HeldBlob } from './blob-cache.ts';
import type { BlobOptions, BlobRef } from './blob-store.ts';
import { SeenFiles } from './seen-files.ts';

/** What a stage is trained on, by names that are the same on every machine. */
type Trained = Pick<StageOrder, 'dataset' | 'baseFolder' | 'fingerprint' | 'settings' | 'weights'>;

/**
 * Brings to this machine what a stage is trained on: its data set, packed, and the file of weights that it starts from.
 * What is here already, under the same path and with the same bytes, is taken as it is.
 */
export class FileBringer {
  readonly #cache: BlobCache;
  readonly #seen = new SeenFiles();
  /** Whether a data set is here, by what names it. */
  readonly #own = new Map<string, Promise<boolean>>();
  /** By hash. They stay until the sweep has ended: its stages ask for the same ones again and again. */
  readonly #held = new Map<string, HeldBlob>();

  constructor(cache: BlobCache) {
    this.#cache = cache;
  }

  /**
   * Whether they are what was to be trained on is not trusted here: the worker that reads the files compares
   * fingerprint and hash.
   *
   * @param packed the blob of the data set
   * @returns the files that the worker is to read instead of those that the order names
   */
  async bring(order: Trained, packed: BlobRef, options: BlobOptions = {}): Promise<BroughtFiles> {
    const [dataset, weights] = await Promise.all([
      this.#bringDataset(order, packed, options),
      this.#bringWeights(order, options),
    ]);
    return { ...(dataset !== null && { dataset }), ...(weights !== null && { weights }) };
  }

  /** The files may be deleted from now on. */
  async release(): Promise<void> {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const each of held) await each.release();
  }

  async #bringDataset(order: Trained, packed: BlobRef, options: BlobOptions): Promise<string | null> {
    if (await this.#hasOwn(order)) return null;
    const { name } = order.dataset;
    if (packed.size > LARGEST_PACKED)
      throw new UserError(
        `Cannot fetch the data set ${name}: packed it has ${packed.size} bytes; at most ${LARGEST_PACKED} ` +
          'are wanted; a machine that has the same files under the same path needs no copy',
      );
    return this.#hold(packed.hash, `the data set ${name}`, options);
  }

  #hasOwn({ dataset, baseFolder, fingerprint }: Trained): Promise<boolean> {
    const { validation: _validation, splitSeed: _splitSeed, limit: _limit, augment: _augment, ...source } = dataset;
    const key = toCanonicalJson([source, baseFolder, fingerprint]);
    let own = this.#own.get(key);
    if (!own) this.#own.set(key, (own = isHere(dataset, baseFolder, fingerprint)));
    return own;
  }

  async #bringWeights({ settings, baseFolder, weights: hash }: Trained, options: BlobOptions): Promise<string | null> {
    const { weights } = settings.training.model;
    if (weights === undefined || hash === null) return null;
    if (await this.#seen.isWhole(resolve(baseFolder, weights), hash)) return null;
    return this.#hold(hash, 'the weights to start from', options);
  }

  async #hold(hash: string, what: string, options: BlobOptions): Promise<string> {
    const before = this.#held.get(hash);
    if (before) return before.file;
    const held = await this.#cache.hold(hash, options);
    if (!held)
      throw new OutsideError(
        `Cannot fetch ${what}: the head does not have blob ${hash}; wanted: a head that trains this sweep`,
      );
    const meanwhile = this.#held.get(hash);
    if (meanwhile) await held.release();
    else this.#held.set(hash, held);
    return (meanwhile ?? held).file;
  }
}

/** What would have to be downloaded is not here: the head has it, and is nearer. */
async function isHere(dataset: Trained['dataset'], baseFolder: string, wanted: string): Promise<boolean> {
  try {
    return fingerprint(await loadSource(dataset, { baseFolder, log: () => {}, offline: true })) === wanted;
  } catch {
    return false; // whatever is wrong with it here
  }
}
