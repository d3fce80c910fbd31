import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, type Ended } from '../helpers/cosweep.ts';
import { MEGABYTE, skipWithoutDisk, smallDisk } from '../helpers/small-disk.ts';
import { countRuns, snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy } from './study.ts';
import { copyOfTrained, undisturbed } from './undisturbed.ts';

const small = { N: [0], small: true };
/** Its checkpoints have 2 MB. */
const large = { N: [0] };

/** Permissions do not count for root: then the program is started as somebody else. */
const user = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

function folderOfTheUser(): string {
  const folder = temporaryFolder();
  giveToTheUser(folder);
  return folder;
}

/** With all that is in it. */
function giveToTheUser(folder: string): void {
  if (!user) return;
  for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), user.uid, user.gid);
}

/** Not done, and said in words that are for the user. */
function expectRefusal({ code, stderr }: Ended, exitCode: number, ...words: (string | RegExp)[]): void {
  expect(code, stderr).toBe(exitCode);
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toMatch(/bug of Cosweep|^\s+at /m);
}

test('a database that may not be written is refused and stays as it is', async () => {
  const folder = temporaryFolder();
  const { db, file } = await copyOfTrained(folder, { ...small, seeds: 1 });
  giveToTheUser(folder);
  const options = { db, ...(user ? { user } : {}) };
  const before = await snapshot(db, 'latest', options);
  const bytes = readFileSync(db);

  writeStudy(folder, small);
  chmodSync(db, 0o444);
  expectRefusal(await cosweep(runArgs(file), options), 2, `Cannot open database ${db}`, 'the file is read-only');
  chmodSync(db, 0o644);
  chmodSync(folder, 0o555);
  expectRefusal(await cosweep(runArgs(file), options), 2, `Cannot open database ${db}`, /folder .* is read-only/);
  expect(readFileSync(db).equals(bytes)).toBe(true);

  chmodSync(folder, 0o755);
  expect((await cosweep(runArgs(file), options)).code).toBe(0);
  const after = await snapshot(db, 'latest', options);
  expect(after).toEqual((await undisturbed(small)).results);
  expect(after).toMatchObject(before);
});

test('a checkpoint folder that may not be written stops training with its name; when it may, training continues', async () => {
  const folder = folderOfTheUser();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder, small);
  const options = { db, ...(user ? { user } : {}) };
  const checkpoints = `${db}.checkpoints`;
  mkdirSync(checkpoints, { mode: 0o555 });
  if (user) chownSync(checkpoints, user.uid, user.gid);
  expectRefusal(await cosweep(runArgs(file), options), 1, 'Cannot write', `${db}.checkpoints`);
  expect(countRuns(db, 'failed')).toBe(0); // the runs are not to blame
  expect(countRuns(db, 'running')).toBe(0);

  chmodSync(checkpoints, 0o755);
  expect((await cosweep(runArgs(file), options)).code).toBe(0);
  expect(await snapshot(db, 'latest', options)).toEqual((await undisturbed(small)).results);
});

test('a full disk stops training with a clear message and damages nothing; with room it continues', async (context) => {
  const folder = temporaryFolder();
  const disk = smallDisk(join(folder, 'disk'));
  skipWithoutDisk(disk, () => context.skip());
  const db = join(disk.folder, 'study.db');
  const file = writeStudy(folder, large);

  disk.resize(SMALL); // room for two or three checkpoints
  expectRefusal(await cosweep(runArgs(file), { db }), 1, 'Cannot write', 'disk is full');
  expect(countRuns(db, 'failed')).toBe(0);
  const kept = countRuns(db, 'complete');

  disk.fill(); // not even a page of the database
  expectRefusal(await cosweep(runArgs(file), { db }), 1, 'disk is full');
  expect(countRuns(db, 'complete')).toBe(kept);

  disk.resize(64 * MEGABYTE);
  const { code, stderr } = await cosweep(runArgs(file), { db });
  expect(code, stderr).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed(large)).results);
});

const SMALL = 6 * MEGABYTE;
