/** The bytes of a blob from their beginning, as often as they are asked for: what fails is begun anew. */
export type Pieces = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What a blob is called by and how much there is of it. */
export interface BlobRef {
  /** SHA-256 of its bytes, 64 hex digits in lower case. */
  hash: string;
  /** In bytes. */
  size: number;
}

export interface BlobOptions {
  /** Aborted: the call ends with the signal's reason, and leaves nothing half written. */
  signal?: AbortSignal | undefined;
  /** How many bytes have been read or written; begins anew where the transfer does. */
  progress?: ((bytes: number) => void) | undefined;
}

/**
 * Where checkpoints, packed data sets and files of weights are, which are too large for a queue. Contents have their
 * SHA-256 as their name, so that nobody has to be trusted. `test/remote/blobs/contract.ts` holds every store to this:
 *
 * - A name is 64 hex digits in lower case. Any other one is an error, and reaches neither a path nor an address.
 * - What is written is checked against its name and size on the way in, and what is read on the way out. A blob that is
 *   damaged counts as missing: `has` says no, `write` replaces it, and reading it gives null or fails at its end.
 * - A blob is there whole or not at all, whoever is killed and whoever writes it at the same time.
 * - What is there already is not written again.
 * - Blobs are streamed: memory does not grow with their size.
 * - A full disk is an `OutsideError`, a token or a certificate that is not accepted a `UserError`. Both say what to do.
 */
export interface BlobStore {
  has(hash: string, options?: BlobOptions): Promise<boolean>;

  /**
   * What is damaged is noticed at its end, before the last piece is given. So nobody uses what was read before the
   * iteration has ended; `saveBlob` and `readBlob` take care of that.
   *
   * @returns null where the store does not have it
   * @throws {DamagedBlob} from the iteration, at its end
   */
  read(hash: string, options?: BlobOptions): Promise<AsyncIterable<Uint8Array> | null>;

  /** @throws {DamagedBlob} where the pieces are not what the name says */
  write(blob: BlobRef, pieces: Pieces, options?: BlobOptions): Promise<void>;
}

/** The bytes are not those that the name stands for. */
export class DamagedBlob extends Error {
  override name = 'DamagedBlob';
}

export function isBlobName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Every store begins with it: a name comes from another machine, and becomes part of a path or an address. */
export function checkBlobName(name: string): void {
  if (isBlobName(name)) return;
  throw new Error(`Found ${JSON.stringify(String(name).slice(0, 80))} as the name of a blob, wanted 64 hex digits`);
}
