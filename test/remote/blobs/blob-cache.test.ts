import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import type { BlobStore } from '../../../server/remote/blobs/blob-store.ts';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { OutsideError } from '../../../server/sweep/user-error.ts';
import { startChild } from '../../helpers/child.ts';
import { MEGABYTE, skipWithoutDisk, smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { blobOf, hashOf, readAll } from './bytes.ts';

const SIZE = 100_000;
const blobs = Array.from({ length: 8 }, (_, salt) => blobOf(SIZE, salt));

interface Case {
  cache: BlobCache;
  folder: string;
  /** The folder of the store behind it. */
  behind: string;
  /** Hashes that were read from the store behind it, in order. */
  asked: string[];
}

/** A cache over a store that has all of the blobs. */
async function makeCache({ limit, folder = join(temporaryFolder(), 'cache') }: { limit?: number; folder?: string }) {
  const behind = temporaryFolder();
  const store = new FolderStore(behind);
  for (const blob of blobs) await store.write(blob, blob.pieces);
  const asked: string[] = [];
  const noting: BlobStore = {
    has: (hash) => store.has(hash),
    write: (...args) => store.write(...args),
    read(hash, options) {
      asked.push(hash);
      return store.read(hash, options);
    },
  };
  const cache = new BlobCache(noting, { folder, ...(limit !== undefined && { limit }) });
  return { cache, folder, behind, asked } satisfies Case;
}

function keptIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.blob'));
}

test('what was read once is not asked for again, by another process neither', async () => {
  const { cache, folder, behind, asked } = await makeCache({});
  const [blob] = blobs as [(typeof blobs)[0]];
  for (let i = 0; i < 3; i++) expect(Buffer.compare((await readAll(cache, blob.hash))!, blob.bytes)).toBe(0);
  const other = new BlobCache(new FolderStore(`${behind}-gone`), { folder });
  expect(await other.has(blob.hash)).toBe(true);
  expect(Buffer.compare((await readAll(other, blob.hash))!, blob.bytes)).toBe(0);
  expect(asked).toEqual([blob.hash]);
});

test('several that want one blob at the same time fetch it once', async () => {
  const { cache, folder, asked } = await makeCache({});
  const [{ hash }] = blobs as [(typeof blobs)[0]];
  const held = await Promise.all(Array.from({ length: 6 }, () => cache.hold(hash)));
  expect(asked).toEqual([hash]);
  for (const each of held) {
    expect(hashOf(readFileSync(each!.file))).toBe(hash);
    await each!.release();
  }
  expect(readdirSync(folder)).toEqual([`${hash}.blob`]);
});

test('those that were not used for longest go first', async () => {
  const { cache, folder, asked } = await makeCache({ limit: 3 * SIZE });
  const use = async (i: number): Promise<void> => {
    const held = await cache.hold(blobs[i]!.hash);
    await held!.release();
    await new Promise((resolve) => setTimeout(resolve, 15)); // as exact as the times of files may be
  };
  for (const i of [0, 1, 2, 0, 3, 4]) await use(i);
  expect(keptIn(folder).sort()).toEqual([0, 3, 4].map((i) => `${blobs[i]!.hash}.blob`).sort());
  asked.length = 0;
  for (const i of [0, 3, 4, 1]) await use(i);
  expect(asked).toEqual([blobs[1]!.hash]);
});

test('what is held stays until it is released, however little room there is', async () => {
  const { cache, folder } = await makeCache({ limit: SIZE });
  const held = await Promise.all(blobs.slice(0, 4).map(({ hash }) => cache.hold(hash)));
  for (const [i, each] of held.entries()) expect(hashOf(readFileSync(each!.file))).toBe(blobs[i]!.hash);
  for (const each of held) await each!.release();
  for (const each of held) await each!.release(); // once more does nothing
  const bytes = readdirSync(folder).reduce((total, name) => total + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeLessThanOrEqual(SIZE);
});

test('a copy that is damaged is fetched again', async () => {
  const { cache, folder, behind, asked } = await makeCache({});
  const [{ hash, bytes }] = blobs as [(typeof blobs)[0]];
  await (await cache.hold(hash))!.release();
  const path = join(folder, `${hash}.blob`);
  writeFileSync(path, bytes.subarray(1));
  for (const each of [cache, new BlobCache(new FolderStore(behind), { folder })]) {
    const held = await each.hold(hash);
    expect(hashOf(readFileSync(held!.file))).toBe(hash);
    await held!.release();
  }
  expect(asked).toEqual([hash, hash]);
});

test('what the store does not have, or has damaged, is not held, and leaves nothing', async () => {
  const { cache, folder, behind } = await makeCache({});
  const missing = blobOf(10, 99);
  expect(await cache.hold(missing.hash)).toBe(null);
  const [{ hash, bytes }] = blobs as [(typeof blobs)[0]];
  writeFileSync(join(behind, `${hash}.blob`), bytes.subarray(1));
  expect(await cache.hold(hash)).toBe(null);
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});

test('what is written is kept here too', async () => {
  const { cache, asked } = await makeCache({});
  const blob = blobOf(SIZE, 50);
  await cache.write(blob, blob.pieces);
  expect(Buffer.compare((await readAll(cache, blob.hash))!, blob.bytes)).toBe(0);
  expect(asked).toEqual([]);
});

test('several processes use one folder, which has room for few, and read what they asked for', async () => {
  const { behind, folder } = await makeCache({});
  const file = new URL('use-cache.ts', import.meta.url);
  const children = await Promise.all([0, 1, 2].map((salt) => startChild(file, [behind, folder, `${salt}`])));
  for (const child of children) child.go();
  expect(await Promise.all(children.map((child) => child.result()))).toEqual([0, 0, 0]);
  expect(readdirSync(folder).filter((name) => !name.endsWith('.blob'))).toEqual([]);
});

test('what a killed process held goes once others need the room', async () => {
  const { behind, folder } = await makeCache({});
  const [{ hash }, other] = blobs as [(typeof blobs)[0], (typeof blobs)[0]];
  const child = await startChild(new URL('hold-and-hang.ts', import.meta.url), [behind, folder, hash]);
  child.go();
  const held = await child.line();
  const use = async (): Promise<void> => {
    const cache = new BlobCache(new FolderStore(behind), { folder, limit: SIZE });
    await (await cache.hold(other.hash))!.release();
  };
  await use();
  expect(hashOf(readFileSync(held))).toBe(hash); // it is alive, and may be reading
  await child.kill();
  await use();
  expect(existsSync(held)).toBe(false);
  expect(keptIn(folder)).toEqual([`${other.hash}.blob`]);
});

test('a cache whose disk is full makes room, or does without; what needs a file says what to do', async ({ skip }) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  skipWithoutDisk(disk, skip);
  const { cache, folder, asked } = await makeCache({ folder: join(disk.folder, 'cache') });
  const [{ hash }, other] = blobs as [(typeof blobs)[0], (typeof blobs)[0]];
  await (await cache.hold(hash))!.release();
  disk.fill();
  const held = await cache.hold(other.hash);
  expect(hashOf(readFileSync(held!.file))).toBe(other.hash);
  expect(keptIn(folder)).toEqual([`${other.hash}.blob`]);

  disk.resize(64 * MEGABYTE);
  disk.fill();
  asked.length = 0;
  expect(hashOf((await readAll(cache, hash))!)).toBe(hash);
  expect(asked.length).toBeGreaterThan(0);
  const holding = cache.hold(hash);
  await expect(holding).rejects.toThrow(OutsideError);
  await expect(holding).rejects.toThrow(
    /^Cannot keep blob [0-9a-f]{64} in .*: the disk is full \(ENOSPC\); wanted: room there, or another folder .*COSWEEP/,
  );
  const blob = blobOf(SIZE, 60);
  await cache.write(blob, blob.pieces);
  expect(Buffer.compare((await readAll(cache, blob.hash))!, blob.bytes)).toBe(0);
  await held!.release();
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a folder that cannot be made is done without', async () => {
  const folder = join(temporaryFolder(), 'a file');
  writeFileSync(folder, '');
  const { cache } = await makeCache({ folder });
  const [{ hash }] = blobs as [(typeof blobs)[0]];
  expect(hashOf((await readAll(cache, hash))!)).toBe(hash);
  await expect(cache.hold(hash)).rejects.toThrow(/^Cannot keep blob .*; wanted: room there, or another folder/);
});
