import type { Storage } from '../database/storage.ts';
import type { DatasetSettings } from '../../sweep/settings.ts';

/** Files that the sweeps of a database were made of. */
export interface Inputs {
  /** Absolute paths of definitions. */
  definitions: string[];
  /** Each with the folder that its relative paths start at. */
  datasets: { folder: string; settings: DatasetSettings }[];
}

/** What stored sweeps read, and may read again. */
export function readInputs(storage: Storage): Inputs {
  const definitions = storage
    .prepare('SELECT DISTINCT definitionPath FROM "Sweep" WHERE definitionPath IS NOT NULL')
    .pluck()
    .all() as string[];
  const rows = storage
    .prepare(
      `SELECT DISTINCT s.folder, json_extract(a.settings, '$.training.dataset') AS settings
    FROM "Sweep" s JOIN "Arm" a ON a.sweepId = s.id`,
    )
    .all() as { folder: string; settings: string }[];
  return {
    definitions,
    datasets: rows.map(({ folder, settings }) => ({ folder, settings: JSON.parse(settings) as DatasetSettings })),
  };
}
