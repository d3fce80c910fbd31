import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneCheckpoints } from '../../server/runner/checkpoints/prune-checkpoints.ts';
import { claimCheckpointFolder } from '../../server/store/database/checkpoint-folder.ts';
import { noteFile } from '../../server/store/training/note-files.ts';
import { lease, newStorage } from '../store/support.ts';

test('between two sweeps what workers elsewhere have brought stays, and stays noted; what others left half written goes', async () => {
  const storage = await newStorage();
  const holder = lease(storage);
  claimCheckpointFolder(storage, () => {});
  for (const file of ['of-others.checkpoint', 'brought.checkpoint']) noteFile(storage, holder, file);
  const folder = storage.checkpointFolder;
  mkdirSync(folder, { recursive: true });
  for (const file of ['of-others.checkpoint.1.tmp', 'brought.checkpoint.1.tmp']) writeFileSync(join(folder, file), 'x');
  const temporaries = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'));
  const waiter = { storage, giveUp: new AbortController().signal };

  await pruneCheckpoints(waiter, holder, () => {}, 'brought.checkpoint');
  expect(temporaries()).toEqual(['brought.checkpoint.1.tmp']);
  // The next process that trains finds it by its note.
  await pruneCheckpoints(waiter, holder, () => {}, null);
  expect(temporaries()).toEqual([]);
});
