import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint, removeLeftovers, writeCheckpoint } from '../../server/runner/checkpoints/checkpoint-files.ts';
import { OutsideError } from '../../server/sweep/user-error.ts';
import { temporaryFolder } from './study.ts';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

test('a checkpoint is read back as it was written, and not at all where a bit of it has changed', async () => {
  const folder = join(temporaryFolder(), 'checkpoints');
  const written = await writeCheckpoint(folder, { batch: 30, bytes });
  expect(written).toMatchObject({ batch: 30, bytes: 1000 });
  expect(new Uint8Array((await readCheckpoint(folder, written.file, written.hash))!)).toEqual(bytes);
  flipOneBit(join(folder, written.file));
  expect(await readCheckpoint(folder, written.file, written.hash)).toBe(null);
  expect(await readCheckpoint(folder, 'gone.checkpoint', written.hash)).toBe(null);
});

test('writing a checkpoint again repairs a damaged file of its name', async () => {
  const folder = temporaryFolder();
  const { file, hash } = await writeCheckpoint(folder, { batch: 30, bytes });
  flipOneBit(join(folder, file));
  await writeCheckpoint(folder, { batch: 30, bytes });
  expect(new Uint8Array((await readCheckpoint(folder, file, hash))!)).toEqual(bytes);
});

test('several workers that come to the same state at the same time write one checkpoint, and nothing half', async () => {
  const folder = temporaryFolder();
  const written = await Promise.all(Array.from({ length: 20 }, () => writeCheckpoint(folder, { batch: 30, bytes })));
  expect(readdirSync(folder)).toEqual([written[0]!.file]);
  expect(new Uint8Array((await readCheckpoint(folder, written[0]!.file, written[0]!.hash))!)).toEqual(bytes);
});

test('a place that cannot be written is said in words, with its name', async () => {
  const folder = join(temporaryFolder(), 'checkpoints');
  writeFileSync(folder, 'a file where the folder should be');
  const failure = await writeCheckpoint(folder, { batch: 30, bytes }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OutsideError);
  expect((failure as Error).message).toContain(`Cannot write checkpoint ${folder}`);
});

test('what a killed process left half written goes, and what is not ours stays', async () => {
  const folder = temporaryFolder();
  const kept = await writeCheckpoint(folder, { batch: 30, bytes });
  const left = await writeCheckpoint(folder, { batch: 30, bytes: bytes.slice(1) });
  writeFileSync(join(folder, `${left.file}.4711.tmp`), 'half');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  mkdirSync(join(folder, 'mine'));
  await removeLeftovers(folder, new Set([kept.file]));
  expect(readdirSync(folder).sort()).toEqual([kept.file, 'mine', 'notes.txt'].sort());
});

function flipOneBit(file: string): void {
  const content = readFileSync(file);
  content[500]! ^= 1;
  writeFileSync(file, content);
}
