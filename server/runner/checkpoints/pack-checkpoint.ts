import { createHash } from 'node:crypto';
import { decodeCheckpoint, joinPieces, piecesOf, type Checkpoint } from '../../training/checkpoint.ts';
import { readCheckpoint, writeUnnamed } from './checkpoint-files.ts';
import type { SentCheckpoint } from './sent-checkpoint.ts';

/** The only folder that a trainer writes to, and up to which size it sends bytes instead. */
export interface CheckpointFolder {
  folder: string;
  /** Every file that it writes is a temporary one of this name, which is noted in the database. */
  name: string;
  /** In bytes. */
  bytesUpTo: number;
}

/** What a trainer sends of a state: its bytes where they are few, else the name of the file that it has written. */
export async function packCheckpoint(
  checkpoint: Checkpoint,
  { folder, name, bytesUpTo }: CheckpointFolder,
): Promise<SentCheckpoint> {
  const { batch } = checkpoint;
  const pieces = piecesOf(checkpoint);
  const size = pieces.reduce((total, { length }) => total + length, 0);
  if (size >= bytesUpTo) {
    const { file, hash } = await writeUnnamed(folder, name, pieces);
    return { batch, hash, size, content: { file } };
  }
  const bytes = joinPieces(pieces);
  return { batch, hash: createHash('sha256').update(bytes).digest('hex'), size, content: { bytes } };
}

/** @throws {Error} where its file is gone or damaged */
export async function unpackCheckpoint(
  { hash, content }: Pick<SentCheckpoint, 'hash' | 'content'>,
  folder: string,
): Promise<Checkpoint> {
  if ('bytes' in content) return decodeCheckpoint(content.bytes);
  const bytes = await readCheckpoint(folder, { file: content.file, hash });
  if (bytes) return decodeCheckpoint(bytes);
  throw new Error(`Cannot continue from checkpoint ${content.file}: its file in ${folder} is lost or damaged`);
}
