import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isWhole,
  readCheckpoint,
  removeLeftovers,
  storeCheckpoint,
  writeUnnamed,
} from '../../server/runner/checkpoints/checkpoint-files.ts';
import { OutsideError } from '../../server/sweep/user-error.ts';
import { sentBytes } from './sent-bytes.ts';
import { temporaryFolder } from './study.ts';

const ignore = (): void => {};
const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

test('a checkpoint is read back as it was written, and not at all where a bit of it has changed', async () => {
  const folder = join(temporaryFolder(), 'checkpoints');
  const written = await storeCheckpoint(folder, sentBytes(30, bytes), ignore);
  expect(written).toMatchObject({ batch: 30, size: 1000 });
  expect(new Uint8Array((await readCheckpoint(folder, written))!)).toEqual(bytes);
  flipOneBit(join(folder, written.file));
  expect(await readCheckpoint(folder, written)).toBe(null);
  expect(await readCheckpoint(folder, { ...written, file: 'gone.checkpoint' })).toBe(null);
});

test('one that is written piece by piece is the same file under the same name as one that comes as bytes', async () => {
  const [asFile, asBytes] = [temporaryFolder(), temporaryFolder()];
  const pieces = [bytes.subarray(0, 10), bytes.subarray(10, 700), bytes.subarray(700)];
  const { file, hash, size } = await writeUnnamed(asFile, 'sweep.checkpoint', pieces);
  expect(readdirSync(asFile)).toEqual([file]);
  const stored = await storeCheckpoint(asFile, { batch: 30, hash, size, content: { file } }, ignore);
  expect(stored).toEqual(await storeCheckpoint(asBytes, sentBytes(30, bytes), ignore));
  expect(readdirSync(asFile)).toEqual([stored.file]);
  expect(readFileSync(join(asFile, stored.file))).toEqual(readFileSync(join(asBytes, stored.file)));
});

test('a file that is only looked through is whole, damaged or gone', async () => {
  const folder = temporaryFolder();
  const written = await storeCheckpoint(folder, sentBytes(30, bytes), ignore);
  expect(await isWhole(folder, written)).toBe(true);
  flipOneBit(join(folder, written.file));
  expect(await isWhole(folder, written)).toBe(false);
  expect(await isWhole(folder, { ...written, file: 'gone.checkpoint' })).toBe(false);
});

test('writing a checkpoint again repairs a damaged file of its name', async () => {
  const folder = temporaryFolder();
  const written = await storeCheckpoint(folder, sentBytes(30, bytes), ignore);
  flipOneBit(join(folder, written.file));
  await storeCheckpoint(folder, sentBytes(30, bytes), ignore);
  expect(new Uint8Array((await readCheckpoint(folder, written))!)).toEqual(bytes);
});

test('several workers that come to the same state at the same time write one checkpoint, and nothing half', async () => {
  const folder = temporaryFolder();
  const written = await Promise.all(
    Array.from({ length: 20 }, () => storeCheckpoint(folder, sentBytes(30, bytes), ignore)),
  );
  expect(readdirSync(folder)).toEqual([written[0]!.file]);
  expect(new Uint8Array((await readCheckpoint(folder, written[0]!))!)).toEqual(bytes);
});

test('a place that cannot be written is said in words, with its name', async () => {
  const folder = join(temporaryFolder(), 'checkpoints');
  writeFileSync(folder, 'a file where the folder should be');
  const failure = await storeCheckpoint(folder, sentBytes(30, bytes), ignore).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OutsideError);
  expect((failure as Error).message).toContain(`Cannot write checkpoint ${folder}`);
});

test('what a killed process left half written goes, and what is not ours stays', async () => {
  const folder = temporaryFolder();
  const kept = await storeCheckpoint(folder, sentBytes(30, bytes), ignore);
  const left = await storeCheckpoint(folder, sentBytes(30, bytes.slice(1)), ignore);
  writeFileSync(join(folder, `${left.file}.4711.tmp`), 'half');
  await writeUnnamed(folder, 'sweep.checkpoint', [bytes]); // whose worker did not come to tell of it
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  mkdirSync(join(folder, 'mine'));
  const foreign = await storeCheckpoint(folder, sentBytes(30, bytes.slice(2)), ignore);
  await removeLeftovers(folder, [
    { file: kept.file, isRecorded: true },
    { file: left.file, isRecorded: false },
    { file: 'sweep.checkpoint', isRecorded: false },
    { file: 'never-written.checkpoint', isRecorded: false },
  ]);
  expect(readdirSync(folder).sort()).toEqual([foreign.file, kept.file, 'mine', 'notes.txt'].sort());
});

function flipOneBit(file: string): void {
  const content = readFileSync(file);
  content[500]! ^= 1;
  writeFileSync(file, content);
}
