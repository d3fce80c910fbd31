import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Storage } from './storage.ts';

// Runs of a sweep confuse the same images: each is stored once, and artefacts refer to it.

/** Within a transaction: @returns the ids of these pictures, of which those that are new are stored. */
export function storePictures(storage: Storage, pictures: readonly Uint8Array[]): number[] {
  const find = storage.prepare('SELECT id FROM "Picture" WHERE hash = ?').pluck();
  const insert = storage.prepare('INSERT INTO "Picture" (hash, data) VALUES (?, ?)');
  return pictures.map((bytes) => {
    const hash = createHash('sha256').update(bytes).digest();
    return (find.get(hash) ?? Number(insert.run(hash, deflateRawSync(bytes)).lastInsertRowid)) as number;
  });
}

/** @param ids of pictures that an artefact refers to */
export function readPictures(storage: Storage, ids: readonly number[]): Uint8Array[] {
  const find = storage.prepare('SELECT data FROM "Picture" WHERE id = ?').pluck();
  return ids.map((id) => inflateRawSync(find.get(id) as Buffer));
}

/** Within a transaction: deletes the pictures that no artefact refers to any more. */
export function removeUnusedPictures(storage: Storage): void {
  storage
    .prepare(
      `DELETE FROM "Picture" WHERE id NOT IN (
        SELECT p.value FROM "Artefact" a, json_each(a.pictures) p WHERE a.pictures IS NOT NULL)`,
    )
    .run();
}
