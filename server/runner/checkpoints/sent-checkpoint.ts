import type { CheckpointRef } from '../../store/reading/read-checkpoints.ts';

/** Own checkpoints under this size travel as bytes, which is faster than by way of the disk. In bytes. */
export const BYTES_UP_TO = 8 * 2 ** 20;

/** Where the bytes of a checkpoint are: beside the reference, or in this file of the checkpoint folder. */
export type Content = { bytes: Uint8Array } | { file: string };

/** A checkpoint on its way between a trainer and the main process. */
export interface SentCheckpoint extends CheckpointRef {
  content: Content;
}
