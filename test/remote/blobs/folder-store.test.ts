import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { startChild } from '../../helpers/child.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { blobOf, readAll } from './bytes.ts';

const blob = blobOf(1_000_000);

test('a blob that another machine wrote may come late', async () => {
  const folder = join(temporaryFolder(), 'made later');
  const reading = readAll(new FolderStore(folder, 60_000), blob.hash);
  await sleep(400);
  await new FolderStore(folder).write(blob, blob.pieces);
  expect(Buffer.compare((await reading)!, blob.bytes)).toBe(0);
});

test('what does not come is missing, and whoever gives up waits no longer', async () => {
  const store = new FolderStore(temporaryFolder(), 300);
  expect(await store.read(blob.hash)).toBe(null);
  const reason = new Error('given up');
  const waiting = new FolderStore(temporaryFolder(), 1e9).read(blob.hash, { signal: AbortSignal.abort(reason) });
  await expect(waiting).rejects.toBe(reason);
});

test('the file of a blob is found where it is whole', async () => {
  const folder = temporaryFolder();
  const store = new FolderStore(folder);
  expect(await store.find(blob.hash)).toBe(null);
  await store.write(blob, blob.pieces);
  const path = join(folder, `${blob.hash}.blob`);
  expect(await store.find(blob.hash)).toBe(path);
  writeFileSync(path, blob.bytes.subarray(1));
  expect(await store.find(blob.hash)).toBe(null);
});

test('what a killed writer left is removed one day, and nothing else is', async () => {
  const folder = temporaryFolder();
  const writer = await startChild(new URL('write-and-hang.ts', import.meta.url), [folder]);
  writer.go();
  await expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toHaveLength(1);
  await writer.kill();
  const [left] = readdirSync(folder) as [string];
  expect(left).toMatch(/^[0-9a-f]{64}\.[\w-]+\.tmp$/);

  const other = blobOf(10, 1);
  await new FolderStore(folder).write(other, other.pieces);
  expect(readdirSync(folder)).toContain(left); // its writer may be alive
  const theirs = ['notes.tmp', `${'a'.repeat(64)}.checkpoint`];
  for (const name of theirs) writeFileSync(join(folder, name), '');
  const longAgo = new Date(Date.now() - 25 * 3600_000);
  for (const name of [left, ...theirs, `${other.hash}.blob`]) utimesSync(join(folder, name), longAgo, longAgo);
  await new FolderStore(folder).write(blob, blob.pieces);
  expect(readdirSync(folder).sort()).toEqual([...theirs, `${other.hash}.blob`, `${blob.hash}.blob`].sort());
});
