import { readdirSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecentCheckpoints } from '../../server/runner/checkpoints/recent-checkpoints.ts';
import { sentBytes } from './sent-bytes.ts';
import { temporaryFolder } from './study.ts';

const bytes = (value: number): Uint8Array => new Uint8Array(100).fill(value);

test('the checkpoints that were asked for last are in memory, up to the limit', async () => {
  const folder = temporaryFolder();
  const checkpoints = new RecentCheckpoints(folder, 250);
  const [first, second] = [
    await checkpoints.write(sentBytes(1, bytes(1)), () => {}),
    await checkpoints.write(sentBytes(2, bytes(2)), () => {}),
  ];
  await checkpoints.read(first);
  const third = await checkpoints.write(sentBytes(3, bytes(3)), () => {});
  for (const name of readdirSync(folder)) await rm(join(folder, name));
  expect(await Promise.all([first, second, third].map((each) => checkpoints.read(each)))).toEqual([
    sentBytes(1, bytes(1)),
    null,
    sentBytes(3, bytes(3)),
  ]);
});

test('what is sent is not held with the message that it came in, and may be used again', async () => {
  const checkpoints = new RecentCheckpoints(temporaryFolder());
  const message = new Uint8Array(1000).fill(7);
  const written = await checkpoints.write(sentBytes(1, message.subarray(100, 200)), () => {});
  message.fill(0);
  const { content } = (await checkpoints.read(written))!;
  expect(content).toEqual({ bytes: bytes(7) });
  expect('bytes' in content && content.bytes.buffer.byteLength).toBe(100);
});

test('one whose file is gone or cut off is not there, though it is in memory', async () => {
  const folder = temporaryFolder();
  const checkpoints = new RecentCheckpoints(folder);
  const [kept, cut, lost] = [
    await checkpoints.write(sentBytes(1, bytes(1)), () => {}),
    await checkpoints.write(sentBytes(2, bytes(2)), () => {}),
    await checkpoints.write(sentBytes(3, bytes(3)), () => {}),
  ];
  await truncate(join(folder, cut.file), 50);
  await rm(join(folder, lost.file));
  const isThere = (of: RecentCheckpoints): Promise<boolean[]> =>
    Promise.all([kept, cut, lost].map((each) => of.isThere(each)));
  expect(await isThere(checkpoints)).toEqual([true, false, false]);
  expect(await isThere(new RecentCheckpoints(folder))).toEqual([true, false, false]);
});

test('a large one is sent by the name of its file, once it was looked through', async () => {
  const folder = temporaryFolder();
  const checkpoints = new RecentCheckpoints(folder, 1000, 100);
  const large = await checkpoints.write(sentBytes(1, bytes(1)), () => {});
  const { file, ...reference } = large;
  expect(await checkpoints.read(large)).toEqual({ ...reference, content: { file } });
  await truncate(join(folder, file), 50);
  expect(await checkpoints.read(large)).toBe(null);
  expect(await checkpoints.isThere(large)).toBe(false);
});
