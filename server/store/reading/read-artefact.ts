import { inflateRawSync } from 'node:zlib';
import { readPictures } from '../database/pictures.ts';
import type { Storage } from '../database/storage.ts';

/** What is stored of an evaluation beside numbers, as it was before it was stored. */
export function parseArtefact(data: Buffer): unknown {
  return JSON.parse(inflateRawSync(data).toString());
}

/** The pictures that an artefact refers to; none where it has none. */
export function picturesOf(storage: Storage, pictures: string | null): { pictures?: Uint8Array[] } {
  return pictures === null ? {} : { pictures: readPictures(storage, JSON.parse(pictures) as number[]) };
}

/**
 * What an evaluation of a run gave beside numbers (`confusion`, `projection`, `confused`); null where there is nothing.
 * Without `batch` the last evaluation that gave it counts.
 */
export function readArtefact(
  storage: Storage,
  runId: number,
  name: string,
  batch: number | null = null,
): { batch: number; value: unknown; pictures?: Uint8Array[] } | null {
  const row = storage
    .prepare(
      `SELECT a.batch, a.data, a.pictures FROM "RunStage" p CROSS JOIN "Artefact" a ON a.stageId = p.stageId
    WHERE p.runId = @runId AND a.name = @name AND (@batch IS NULL OR a.batch = @batch)
    ORDER BY p.position DESC, a.batch DESC LIMIT 1`,
    )
    .get({ runId, name, batch });
  if (!row) return null;
  const { batch: at, data, pictures } = row as { batch: number; data: Buffer; pictures: string | null };
  return { batch: at, value: parseArtefact(data), ...picturesOf(storage, pictures) };
}
