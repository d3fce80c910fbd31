import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DamagedBlob, type BlobStore } from '../../../server/remote/blobs/blob-store.ts';
import { readBlob } from '../../../server/remote/blobs/read-blob.ts';
import { saveBlob } from '../../../server/remote/blobs/save-blob.ts';
import { OutsideError } from '../../../server/sweep/user-error.ts';
import { MEGABYTE, skipWithoutDisk, smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { blobOf, readAll } from './bytes.ts';
import { filesIn, type Open } from './stores.ts';

const SIZES = [0, 1, 100, MEGABYTE - 1, MEGABYTE + 1, 50_000_000];

/** Names that are none: whoever made a path or an address of them would leave the folder. */
const HOSTILE = [
  '',
  '../'.repeat(21) + 'x',
  'a'.repeat(63),
  'a'.repeat(65),
  'A'.repeat(64),
  'g'.repeat(64),
  `${'a'.repeat(60)}/../`,
  `${'a'.repeat(64)}\n`,
  `${'a'.repeat(63)}\0`,
  '%2e'.repeat(21) + 'a',
];

/** What every `BlobStore` promises. */
export function describeStore(name: string, open: Open): void {
  describe(name, () => {
    const opened = async () => {
      const folder = join(temporaryFolder(), 'blobs');
      return { folder, ...(await open(folder)) };
    };

    test('gives back what was written, of any size, to this machine and to another one', async () => {
      const { store, another } = await opened();
      for (const size of SIZES) {
        const { hash, bytes, pieces } = blobOf(size);
        expect(await store.has(hash)).toBe(false);
        expect(await store.read(hash)).toBe(null);
        const written: number[] = [];
        await store.write({ hash, size }, pieces, { progress: (done) => written.push(done) });
        if (size > 0) expect(written.at(-1)).toBe(size);
        for (const each of [store, another()]) {
          expect(await each.has(hash)).toBe(true);
          expect(Buffer.compare((await readAll(each, hash))!, bytes)).toBe(0);
        }
      }
    });

    test('takes pieces of any size, and an iteration that waits', async () => {
      const { store } = await opened();
      const { hash, size, bytes } = blobOf(3_000_000);
      async function* pieces(): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(0, 0);
        yield bytes.subarray(0, 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield bytes.subarray(1, 2_500_000);
        yield bytes.subarray(2_500_000);
      }
      await store.write({ hash, size }, pieces);
      expect(Buffer.compare((await readAll(store, hash))!, bytes)).toBe(0);
      await expect(readBlob(store, hash, size - 1)).rejects.toThrow('wanted a small one');
    });

    test('does not ask for the bytes of what is there already', async () => {
      const { store, another } = await opened();
      const { pieces, ...blob } = blobOf(1000);
      await another().write(blob, pieces);
      expect(await readAll(store, blob.hash)).toEqual(blob.bytes);
      await store.write(blob, () => {
        throw new Error('they were asked for');
      });
    });

    test('does not know a name that is none, and makes no path of it', async () => {
      const { folder, store } = await opened();
      for (const hash of HOSTILE) {
        await expect(store.has(hash)).rejects.toThrow('wanted 64 hex digits');
        await expect(store.read(hash)).rejects.toThrow('wanted 64 hex digits');
        await expect(store.write({ hash, size: 1 }, () => [Buffer.of(1)])).rejects.toThrow('wanted 64 hex digits');
      }
      expect(existsSync(folder) ? filesIn(folder) : []).toEqual([]);
    });

    test('takes nothing but what the name says, and leaves nothing of it', async () => {
      const { folder, store } = await opened();
      const { hash, size, bytes } = blobOf(2_000_000);
      const other = new Uint8Array(bytes);
      other[1_999_999]! ^= 1;
      const wrong: [string, () => Uint8Array[]][] = [
        ['another bit', () => [other]],
        ['a byte less', () => [bytes.subarray(1)]],
        ['a byte more', () => [bytes, Buffer.of(0)]],
        ['nothing', () => []],
      ];
      for (const [what, pieces] of wrong)
        await expect(store.write({ hash, size }, pieces), what).rejects.toThrow(DamagedBlob);
      const reason = new Error('its file is gone');
      const failing = (): Iterable<Uint8Array> => ({
        *[Symbol.iterator]() {
          yield bytes.subarray(0, 1_500_000);
          throw reason;
        },
      });
      await expect(store.write({ hash, size }, failing)).rejects.toBe(reason);
      expect(await store.has(hash)).toBe(false);
      await untilEmpty(folder);
    });

    test('leaves nothing of what is given up, and of what is read', async () => {
      const { folder, store, another } = await opened();
      const { bytes, pieces, ...blob } = blobOf(20_000_000);
      const reason = new Error('not wanted any more');
      const giveUp = new AbortController();
      const slowly = async function* (): AsyncGenerator<Uint8Array> {
        yield bytes.subarray(0, 10_000_000);
        giveUp.abort(reason);
        yield bytes.subarray(10_000_000);
      };
      await expect(store.write(blob, slowly, { signal: giveUp.signal })).rejects.toBe(reason);
      await untilEmpty(folder);

      await another().write(blob, pieces);
      const saved = temporaryFolder();
      const leave = new AbortController();
      const options = { signal: leave.signal, progress: (done: number) => void (done > 5e6 && leave.abort(reason)) };
      await expect(saveBlob(store, blob.hash, join(saved, 'a'), options)).rejects.toBe(reason);
      expect(filesIn(saved)).toEqual([]);
      expect(await saveBlob(store, blob.hash, join(saved, 'a'))).toBe(true);
      expect(filesIn(saved)).toEqual(['a']);
      expect(Buffer.compare(readFileSync(join(saved, 'a')), bytes)).toBe(0);
    });

    test.each(['a bit of it', 'its last byte', 'all of it'] as const)(
      'counts a blob as missing of which %s is lost, until it is written again',
      async (lost) => {
        const { store, fileOf, another } = await opened();
        const { bytes, pieces, ...blob } = blobOf(3_000_000);
        await another().write(blob, pieces);
        const damaged = new Uint8Array(bytes);
        damaged[2_000_000]! ^= 4;
        const left = { 'a bit of it': damaged, 'its last byte': bytes.subarray(0, -1), 'all of it': Buffer.of() };
        writeFileSync(fileOf(blob.hash), left[lost]);
        expect(await store.has(blob.hash)).toBe(false);
        await expect(
          readAll(store, blob.hash).then((read) => read ?? Promise.reject(new DamagedBlob())),
        ).rejects.toThrow(DamagedBlob);
        const saved = join(temporaryFolder(), 'saved');
        expect(await saveBlob(store, blob.hash, saved)).toBe(false);
        expect(existsSync(saved)).toBe(false);
        expect(await readBlob(store, blob.hash, 4_000_000)).toBe(null);
        await store.write(blob, pieces);
        expect(Buffer.compare((await readBlob(another(), blob.hash, 4_000_000))!, bytes)).toBe(0);
      },
    );

    test('several write one blob at the same time, and all of them read it', async () => {
      const { folder, store, another } = await opened();
      const { bytes, pieces, ...blob } = blobOf(5_000_000);
      const stores: BlobStore[] = [store, another(), another(), store];
      await Promise.all(stores.map((each) => each.write(blob, pieces)));
      for (const each of stores) expect(Buffer.compare((await readAll(each, blob.hash))!, bytes)).toBe(0);
      expect(filesIn(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(filesIn(folder)).toHaveLength(1);
    });

    test('says that the disk is full, leaves nothing, and goes on where there is room', async ({ skip }) => {
      const disk = smallDisk(join(temporaryFolder(), 'disk'));
      skipWithoutDisk(disk, skip);
      const { store, another } = await open(disk.folder);
      const { bytes, pieces, ...blob } = blobOf(20_000_000);
      disk.fill();
      disk.resize(MEGABYTE * 64);
      writeFileSync(join(disk.folder, 'filler'), new Uint8Array(50 * MEGABYTE));
      const writing = store.write(blob, pieces);
      await expect(writing).rejects.toThrow(OutsideError);
      await expect(writing).rejects.toThrow(/disk.* is full.*; wanted/);
      await untilEmpty(disk.folder);
      disk.resize(MEGABYTE * 64);
      await store.write(blob, pieces);
      expect(Buffer.compare((await readAll(another(), blob.hash))!, bytes)).toBe(0);
    });
  });
}

/** A server notices a moment later that whoever sent has left. */
async function untilEmpty(folder: string): Promise<void> {
  await expect.poll(() => (existsSync(folder) ? filesIn(folder) : []), { timeout: 20_000 }).toEqual([]);
}
