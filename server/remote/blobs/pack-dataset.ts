import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatasetSettings } from '../../sweep/settings.ts';
import type { SourceContext } from '../../training/dataset.ts';
import { fingerprint } from '../../training/datasets/fingerprint.ts';
import { loadSource } from '../../training/datasets/load.ts';
import { packSource } from '../../training/datasets/packed.ts';
import type { BlobRef, Pieces } from './blob-store.ts';

/** A data set as a blob. Its images are held in memory as long as `pieces` is. */
export interface PackedDataset extends BlobRef {
  /** Of the source, as runs name it. */
  fingerprint: string;
  pieces: Pieces;
}

/**
 * Reads a data set and packs all that it holds: how it is split and normalised is in the settings.
 *
 * @throws {UserError} where it is too large to be sent
 */
export async function packDataset(settings: DatasetSettings, context: SourceContext): Promise<PackedDataset> {
  const source = await loadSource(settings, context);
  const { size, pieces } = packSource(source, settings.name);
  const hash = createHash('sha256');
  for (const piece of pieces()) {
    hash.update(piece);
    await nextTurn(); // gigabytes take seconds, in which signals and other machines are heard
  }
  return { hash: hash.digest('hex'), size, fingerprint: fingerprint(source), pieces };
}
