import { readdirSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecentCheckpoints } from '../../server/runner/checkpoints/recent-checkpoints.ts';
import { temporaryFolder } from './study.ts';

const bytes = (value: number): Uint8Array => new Uint8Array(100).fill(value);

test('the checkpoints that were asked for last are in memory, up to the limit', async () => {
  const folder = temporaryFolder();
  const checkpoints = new RecentCheckpoints(folder, 250);
  const [first, second] = [
    await checkpoints.write({ batch: 1, bytes: bytes(1) }),
    await checkpoints.write({ batch: 2, bytes: bytes(2) }),
  ];
  await checkpoints.read(first);
  const third = await checkpoints.write({ batch: 3, bytes: bytes(3) });
  for (const name of readdirSync(folder)) await rm(join(folder, name));
  expect(await Promise.all([first, second, third].map((each) => checkpoints.read(each)))).toEqual([
    bytes(1),
    null,
    bytes(3),
  ]);
});

test('what is sent is not held with the message that it came in, and may be used again', async () => {
  const checkpoints = new RecentCheckpoints(temporaryFolder());
  const message = new Uint8Array(1000).fill(7);
  const written = await checkpoints.write({ batch: 1, bytes: message.subarray(100, 200) });
  message.fill(0);
  const held = (await checkpoints.read(written))!;
  expect(held).toEqual(bytes(7));
  expect(held.buffer.byteLength).toBe(100);
});

test('one whose file is gone or cut off is not there, though it is in memory', async () => {
  const folder = temporaryFolder();
  const checkpoints = new RecentCheckpoints(folder);
  const [kept, cut, lost] = [
    await checkpoints.write({ batch: 1, bytes: bytes(1) }),
    await checkpoints.write({ batch: 2, bytes: bytes(2) }),
    await checkpoints.write({ batch: 3, bytes: bytes(3) }),
  ];
  await truncate(join(folder, cut.file), 50);
  await rm(join(folder, lost.file));
  const isThere = (of: RecentCheckpoints): Promise<boolean[]> =>
    Promise.all([kept, cut, lost].map((each) => of.isThere(each)));
  expect(await isThere(checkpoints)).toEqual([true, false, false]);
  expect(await isThere(new RecentCheckpoints(folder))).toEqual([true, false, false]);
});
