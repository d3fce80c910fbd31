import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../sweep/user-error.ts';
import type { BlobRef } from '../blobs/blob-store.ts';
import { Blob } from './bodies.ts';

/** A body of more characters than this travels beside the queue: Redis would hold it in memory several times. */
const INLINE = 64 * 2 ** 10;

/** In bytes: far more than an order or a segment takes, and less than a text may have. */
const LARGEST_BODY = 2 ** 28;

/** What an envelope has in the place of a large body: the blob that is its JSON. */
const Large = z.strictObject({ blob: Blob });

/** Neither an envelope nor a blob takes it. */
export class TooLarge extends UserError {
  constructor(found: string) {
    super(
      `Cannot send a message to another machine: it has ${found}, and at most ${LARGEST_BODY} bytes are wanted; ` +
        'cosweep split makes smaller sweeps of it, which machines train by themselves',
    );
  }
}

/** A body as it travels, in either direction. */
export interface PackedBody {
  /** For the envelope. */
  body: unknown;
  /** What has to be where the recipient finds it before the envelope is sent; null where the envelope has it all. */
  beside: { blob: BlobRef; bytes: Uint8Array } | null;
}

/**
 * @param plain typed JSON
 * @throws {TooLarge} where it is too large for any way
 */
export function packBody(plain: unknown): PackedBody {
  const text = toText(plain);
  if (text.length <= INLINE) return { body: plain, beside: null };
  const bytes = Buffer.from(text);
  if (bytes.length > LARGEST_BODY) throw new TooLarge(`${bytes.length} bytes`);
  const blob = { hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
  return { body: { blob }, beside: { blob, bytes } };
}

/**
 * @param body of an envelope that was sealed
 * @param read gives the bytes of a blob; null where it has not come
 * @returns the body as it was before it was packed, undefined where that was nothing; null where it has not come
 */
export async function unpackBody(
  body: unknown,
  read: (blob: BlobRef) => Promise<Uint8Array | null>,
): Promise<{ body: unknown } | null> {
  const { success, data } = Large.safeParse(body);
  if (!success) return { body };
  if (data.blob.size > LARGEST_BODY) return { body: undefined };
  const bytes = await read(data.blob);
  if (bytes === null) return null;
  try {
    return { body: JSON.parse(Buffer.from(bytes).toString()) as unknown };
  } catch {
    return { body: undefined };
  }
}

function toText(plain: unknown): string {
  try {
    return JSON.stringify(plain);
  } catch (error) {
    // V8 makes no text of more than half a gigabyte.
    throw error instanceof RangeError ? new TooLarge('more than a text may have') : error;
  }
}
