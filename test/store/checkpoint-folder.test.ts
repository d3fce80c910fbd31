import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeNoted } from '../../server/runner/checkpoints/prune-checkpoints.ts';
import { claimCheckpointFolder, mayDelete } from '../../server/store/database/checkpoint-folder.ts';
import { deleteForgotten, forgetFiles } from '../../server/store/database/forgotten-files.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { transaction } from '../../server/store/database/transaction.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { noteFile, readNotedFiles } from '../../server/store/training/note-files.ts';
import { retireCheckpoints } from '../../server/store/training/retire-checkpoints.ts';
import { finishSweep } from '../../server/store/training/sweep-turn.ts';
import { begin, lease, makePlan, makeSegment, newStorage, temporaryFolder } from './support.ts';

const nothing = (): void => {};

async function open(file: string, checkpoints: string | null = null): Promise<Storage> {
  const storage = await openStorage({ file, create: true, checkpoints });
  onTestFinished(() => storage.close());
  return storage;
}

/** Records a checkpoint whose file is there. @returns the file */
function store(storage: Storage, hash: string): string {
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan([{}], [1], `sweep ${hash}`));
  const { stageId } = tasks[0]!.stages[0]!;
  const file = `${hash}.checkpoint`;
  mkdirSync(storage.checkpointFolder, { recursive: true });
  writeFileSync(join(storage.checkpointFolder, file), hash);
  commitSegment(
    storage,
    token,
    makeSegment(stageId, 0, 100, {
      checkpoint: { batch: 100, file, size: 1, hash },
      ends: [{ runId: tasks[0]!.runId, outcome: { state: 'complete', intraDead: null } }],
    }),
  );
  finishSweep(storage, token, sweepId, 'complete');
  releaseLease(storage, token);
  return file;
}

async function moved(storage: Storage, to: string): Promise<Storage> {
  await storage.close();
  renameSync(storage.file, to);
  return open(to);
}

const ownerOf = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'owner'), 'utf8'));

test('a folder says whose it is before anything is in it, and its database knows it by name', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  expect(readdirSync(storage.checkpointFolder)).toEqual(['owner']);
  const { uuid, checkpoints } = storage.raw.prepare('SELECT uuid, checkpoints FROM "Identity"').get() as never;
  expect(ownerOf(storage.checkpointFolder)).toEqual({ database: uuid, path: storage.file });
  expect(checkpoints).toBe(basename(storage.checkpointFolder));
});

test('a database that is renamed keeps its folder, and a new one of the old name is refused by both names', async () => {
  const folder = temporaryFolder();
  const first = await open(join(folder, 'cosweep.db'));
  claimCheckpointFolder(first, nothing);
  const file = store(first, 'a');
  const paper = await moved(first, join(folder, 'paper.db'));
  expect(paper.checkpointFolder).toBe(join(folder, 'cosweep.db.checkpoints'));
  const other = await open(join(folder, 'cosweep.db'));
  expect(() => claimCheckpointFolder(other, nothing)).toThrow(
    `Cannot keep the checkpoints of database ${other.file} in ${paper.checkpointFolder}: ` +
      `the folder belongs to database ${paper.file} (once ${other.file}). ` +
      'Wanted: a folder of its own; name one with --checkpoints DIR',
  );
  expect(mayDelete(other)).toBe(false);
  claimCheckpointFolder(paper, nothing);
  expect(ownerOf(paper.checkpointFolder)).toMatchObject({ path: paper.file });
  expect(existsSync(join(paper.checkpointFolder, file))).toBe(true);
});

test('a folder from before there were owners belongs to the database that records a file in it', async () => {
  const storage = await newStorage();
  const file = store(storage, 'a');
  writeFileSync(join(storage.checkpointFolder, 'b.checkpoint'), 'of another database, long ago');
  claimCheckpointFolder(storage, nothing);
  await removeNoted({ storage: storage, giveUp: new AbortController().signal }, lease(storage), nothing);
  expect(readdirSync(storage.checkpointFolder).sort()).toEqual([file, 'b.checkpoint', 'owner']);
  const other = await newStorage();
  mkdirSync(other.checkpointFolder);
  writeFileSync(join(other.checkpointFolder, 'c.checkpoint'), '');
  expect(() => claimCheckpointFolder(other, nothing)).toThrow(/this database records none of the files in it/);
  expect(readdirSync(other.checkpointFolder)).toEqual(['c.checkpoint']);
});

test('of two copies of a database one alone trains with the folder and deletes in it', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  const file = store(storage, 'a');
  storage.raw.pragma('wal_checkpoint(TRUNCATE)');
  cpSync(storage.file, join(storage.file, '..', 'copy.db'));
  const copy = await open(join(storage.file, '..', 'copy.db'));
  expect(copy.checkpointFolder).toBe(storage.checkpointFolder); // its weights can be read
  expect(() => claimCheckpointFolder(copy, nothing)).toThrow(`${storage.file}, of which this one is a copy`);
  expect(removeSweep(copy, 1, nothing)).toMatchObject({ runs: 1, checkpoints: 0 });
  expect(existsSync(join(storage.checkpointFolder, file))).toBe(true);
  expect(removeSweep(storage, 1, nothing)).toMatchObject({ runs: 1, checkpoints: 1 });
  expect(readdirSync(storage.checkpointFolder)).toEqual(['owner']);
});

test('a database that is copied with its folder has a folder of its own there', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  store(storage, 'a');
  storage.raw.pragma('wal_checkpoint(TRUNCATE)');
  const backup = temporaryFolder();
  cpSync(storage.file, join(backup, 'y.db'));
  cpSync(storage.checkpointFolder, join(backup, 'y.db.checkpoints'), { recursive: true });
  const copy = await open(join(backup, 'y.db'));
  claimCheckpointFolder(copy, nothing);
  expect(ownerOf(copy.checkpointFolder)).toMatchObject({ path: copy.file });
  expect(ownerOf(storage.checkpointFolder)).toMatchObject({ path: storage.file });
});

test('a folder that was named is remembered, wherever the database goes; checkpoints are not left behind', async () => {
  const folder = temporaryFolder();
  const named = join(temporaryFolder(), 'large-disk');
  const storage = await open(join(folder, 'y.db'), named);
  claimCheckpointFolder(storage, nothing);
  store(storage, 'a');
  const other = await moved(storage, join(folder, 'z.db'));
  expect(other.checkpointFolder).toBe(named);
  await expect(openStorage({ file: other.file, create: false, checkpoints: join(folder, 'x') })).rejects.toThrow(
    `they are in ${named} already; move that folder there first`,
  );
});

test('a database whose folder did not come along says where it is looked for', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  store(storage, 'a');
  const away = await moved(storage, join(temporaryFolder(), 'away.db'));
  const said: string[] = [];
  claimCheckpointFolder(away, (message) => void said.push(message));
  expect(said).toEqual([expect.stringContaining(`are not in ${away.checkpointFolder}. If the database was moved`)]);
});

test('what a killed process was writing or deleting goes at the next start, and nothing else', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  const kept = store(storage, 'kept');
  const token = lease(storage);
  for (const file of [kept, 'half.checkpoint', 'sweep.checkpoint']) noteFile(storage, token, file);
  const left = ['half.checkpoint', 'half.checkpoint.1.tmp', 'sweep.checkpoint.2.tmp', `${kept}.3.tmp`];
  const foreign = ['mine.checkpoint', 'mine.checkpoint.4.tmp', 'half.checkpoint.txt'];
  for (const name of [...left, ...foreign]) writeFileSync(join(storage.checkpointFolder, name), '');
  await removeNoted({ storage: storage, giveUp: new AbortController().signal }, token, nothing);
  expect(readdirSync(storage.checkpointFolder).sort()).toEqual([kept, 'owner', ...foreign].sort());
  expect(readNotedFiles(storage)).toEqual([]);
});

test('a process that is killed between forgetting a checkpoint and deleting its file leaves a note of it', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  const file = store(storage, 'a');
  const token = lease(storage);
  storage.raw.exec(`DELETE FROM "SweepRun"; DELETE FROM "RunStage"; DELETE FROM "Sweep"`);
  expect(retireCheckpoints(storage, token)).toEqual([file]);
  expect(readNotedFiles(storage)).toEqual([{ file, isRecorded: false }]);
  await removeNoted({ storage: storage, giveUp: new AbortController().signal }, token, nothing);
  expect(readdirSync(storage.checkpointFolder)).toEqual(['owner']);
});

test('a file that is about to be written anew is not deleted by who has just forgotten it', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  claimCheckpointFolder(storage, nothing);
  writeFileSync(join(storage.checkpointFolder, 'a.checkpoint'), 'a');
  const files = transaction(storage, () => forgetFiles(storage, ['a.checkpoint']));
  noteFile(storage, token, 'a.checkpoint'); // the process that trains comes to the same state meanwhile
  expect(deleteForgotten(storage, files, nothing)).toBe(0);
  expect(readdirSync(storage.checkpointFolder)).toContain('a.checkpoint');
  expect(transaction(storage, () => forgetFiles(storage, ['../y.db']))).toEqual(['../y.db']);
  deleteForgotten(storage, ['../y.db'], nothing); // only within the folder, whatever the database says
  expect(existsSync(storage.file)).toBe(true);
});

test('forgotten files of a locked database are left, and go at the next try', async () => {
  const storage = await newStorage();
  claimCheckpointFolder(storage, nothing);
  const names = Array.from({ length: 150 }, (_, i) => `${i}.checkpoint`);
  for (const name of names) writeFileSync(join(storage.checkpointFolder, name), '');
  const files = transaction(storage, () => forgetFiles(storage, names));
  storage.raw.pragma('busy_timeout = 0');
  const other = await open(storage.file);
  other.raw.exec('BEGIN IMMEDIATE');
  expect(() => deleteForgotten(storage, files, nothing)).toThrow(/locked/);
  expect(readdirSync(storage.checkpointFolder)).toHaveLength(names.length + 1);
  other.raw.exec('ROLLBACK');
  expect(deleteForgotten(storage, files, nothing)).toBe(150);
  expect(readdirSync(storage.checkpointFolder)).toEqual(['owner']);
  expect(readNotedFiles(storage)).toEqual([]);
});
