import { resolve } from 'node:path';
import type { Storage } from '../database/storage.ts';
import type { DatasetSettings } from '../../sweep/settings.ts';

/** Files that the sweeps of a database were made of. */
export interface Inputs {
  /** Absolute paths of definitions. */
  definitions: string[];
  /** Each with the folder that its relative paths start at. */
  datasets: { folder: string; settings: DatasetSettings }[];
  /** Absolute paths of the weights that networks start from. */
  weights: string[];
  /** Absolute paths of what users' programs train on. */
  programData: string[];
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
    FROM "Sweep" s JOIN "Arm" a ON a.sweepId = s.id WHERE json_type(a.settings, '$.training.dataset') = 'object'`,
    )
    .all() as { folder: string; settings: string }[];
  const data = storage
    .prepare(
      `SELECT DISTINCT s.folder, f.value AS file FROM "Sweep" s JOIN "Arm" a ON a.sweepId = s.id AND a."index" = 0,
      json_each(a.settings, '$.training.program.data') f`,
    )
    .all() as { folder: string; file: string }[];
  const weights = storage
    .prepare(
      `SELECT DISTINCT s.folder, json_extract(a.settings, '$.training.model.weights') AS file
    FROM "Sweep" s JOIN "Arm" a ON a.sweepId = s.id WHERE json_type(a.settings, '$.training.model.weights') = 'text'`,
    )
    .all() as { folder: string; file: string }[];
  return {
    definitions,
    weights: weights.map(({ folder, file }) => resolve(folder, file)),
    programData: data.map(({ folder, file }) => resolve(folder, file)),
    datasets: rows.map(({ folder, settings }) => ({ folder, settings: JSON.parse(settings) as DatasetSettings })),
  };
}
