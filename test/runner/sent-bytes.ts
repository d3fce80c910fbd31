import { createHash } from 'node:crypto';
import type { SentCheckpoint } from '../../server/runner/checkpoints/sent-checkpoint.ts';

/** A checkpoint of these bytes as a trainer sends a small one. */
export function sentBytes(batch: number, bytes: Uint8Array): SentCheckpoint {
  return { batch, hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, content: { bytes } };
}
