import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFile } from '../../runner/checkpoints/checkpoint-files.ts';
import { explainFileError, isFileError } from '../../sweep/file-error.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { BlobFiles } from './blob-files.ts';
import { checkBlobName, type BlobOptions, type BlobRef, type BlobStore, type Pieces } from './blob-store.ts';

/** Between two looks for a blob that has not come yet. In milliseconds. */
const LOOK_EVERY = 250;

/** A folder that all machines have in common. */
export class FolderStore implements BlobStore {
  readonly #files: BlobFiles;
  readonly #late: number;

  /**
   * @param folder made when the first blob is written
   * @param late so long it is waited for a blob that another machine has written: network file systems show new files
   *   late. In milliseconds
   */
  constructor(folder: string, late = 0) {
    this.#files = new BlobFiles(folder);
    this.#late = late;
  }

  async has(hash: string): Promise<boolean> {
    checkBlobName(hash);
    await lookAnew(this.#files.folder);
    return this.#files.isWhole(hash);
  }

  async read(hash: string, options: BlobOptions = {}): Promise<AsyncIterable<Uint8Array> | null> {
    checkBlobName(hash);
    const path = this.#files.pathOf(hash);
    const started = performance.now();
    while (!(await isFile(path))) {
      if (performance.now() - started >= this.#late) return null;
      await sleep(LOOK_EVERY, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted());
      await lookAnew(this.#files.folder);
    }
    return explained(this.#files.read(hash, options), `read blob ${hash} in ${this.#files.folder}`);
  }

  /** Where the blob is, which is looked through; null where it is not there or is damaged. */
  async find(hash: string): Promise<string | null> {
    return (await this.has(hash)) ? this.#files.pathOf(hash) : null;
  }

  async write(blob: BlobRef, pieces: Pieces, options: BlobOptions = {}): Promise<void> {
    if (await this.has(blob.hash)) return;
    try {
      await this.#files.write(blob, pieces, options);
    } catch (error) {
      throw cannotWrite(error, blob, this.#files.folder);
    }
  }
}

/** NFS remembers for a while that a name was not there. It asks the server again when the folder is opened. */
async function lookAnew(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.close();
}

async function* explained(pieces: AsyncIterable<Uint8Array>, attempted: string): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw explainFileError(error, attempted);
  }
}

function cannotWrite(error: unknown, { hash, size }: BlobRef, folder: string): unknown {
  const explained = explainFileError(error, `write blob ${hash} to ${folder}`);
  if (!isFileError(error) || !['ENOSPC', 'EDQUOT'].includes(error.code)) return explained;
  return new OutsideError(`${(explained as Error).message}; wanted there is room for ${size} bytes`, { cause: error });
}
