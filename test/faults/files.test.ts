import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { completeFile } from '../../server/store/database/complete-file.ts';
import { claimCheckpointFolder } from '../../server/store/database/checkpoint-folder.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { ask, startTestServer } from '../http/running-server.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { fault } from '../helpers/fault.ts';
import { inProcess } from '../helpers/in-process.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { temporaryFolder } from '../store/support.ts';

vi.setConfig({ testTimeout: 300_000 });

const base = {
  name: 'base',
  metric: { name: 'val/accuracy', goal: 'maximize' },
  method: 'grid',
  seeds: [1],
  training: {
    dataset: { name: 'glyphs', train: 300, validation: 100 },
    model: { name: 'mlp' },
    batchSize: 32,
    batches: 4,
    evalEvery: 4,
  },
  parameters: { alpha: { value: 0.5 }, beta: { values: [0.2] }, N: { value: 2 }, epsilon: { value: 0.1 } },
};

function write(folder: string, name: string, beta: number): void {
  const parameters = { ...base.parameters, beta: { values: [beta] } };
  writeFileSync(join(folder, name), JSON.stringify({ ...base, name: name.replace('.json', ''), parameters }));
}

const RUN = ['--engine', 'wasm', '--workers', '1'];

/** A database with a sweep that looks trained; closed. */
async function trained(folder = temporaryFolder(), name = 'y.db'): Promise<string> {
  const storage = await openStorage({ file: join(folder, name), create: true });
  storeTrainedSweep(storage);
  await storage.close();
  return join(folder, name);
}

async function opened(file: string): Promise<Storage> {
  const storage = await openStorage({ file, create: false });
  onTestFinished(() => storage.close());
  return storage;
}

const sentenceOf = (text: string): string => text.trim().split('\n').at(-1)!;

fault('A', 'a new database beside a renamed one', async ({ say }) => {
  const folder = temporaryFolder();
  write(folder, 'base.json', 0.2);
  write(folder, 'other.json', 0.3);
  const c = (...args: string[]) => inProcess(args, folder);
  expect((await c('run', 'base.json', ...RUN)).code).toBe(0);
  renameSync(join(folder, 'cosweep.db'), join(folder, 'paper.db'));
  const before = readdirSync(join(folder, 'cosweep.db.checkpoints'));
  const refused = await c('run', 'other.json', ...RUN);
  expect(refused.code).toBe(2);
  for (const word of ['paper.db', join(folder, 'cosweep.db'), '--checkpoints DIR'])
    expect(refused.stderr).toContain(word);
  expect(readdirSync(join(folder, 'cosweep.db.checkpoints'))).toEqual(before);
  expect((await c('run', 'other.json', '--checkpoints', 'others', ...RUN)).code).toBe(0);
  expect(readdirSync(join(folder, 'others'))).toContain('owner');
  expect((await c('--db', 'paper.db', 'weights', 'r1', '--out', 'w')).code).toBe(0);
  say(sentenceOf(refused.stderr));
});

fault('E', 'output onto the database, and what it is made of', async ({ say }) => {
  const folder = temporaryFolder();
  const db = await trained(folder);
  const storage = await opened(db);
  writeFileSync(join(folder, 'definition.json'), '{}');
  storage.raw.prepare('UPDATE "Sweep" SET definitionPath = ?').run(join(folder, 'definition.json'));
  storage.raw.exec(`UPDATE "Arm" SET settings =
    json_set(settings, '$.training.dataset', json('{"name":"csv","file":"data.csv","label":"label"}'))`);
  storage.raw.prepare('UPDATE "Sweep" SET folder = ?').run(folder);
  writeFileSync(join(folder, 'data.csv'), 'label,a\n');
  claimCheckpointFolder(storage, () => {});
  symlinkSync(db, join(folder, 'link'));
  execFileSync('ln', [db, join(folder, 'hard')]);
  const before = readFileSync(db);
  const said = [];
  for (const out of [
    'y.db',
    'y.db-wal',
    'y.db-shm',
    'y.db.checkpoints/x',
    'link',
    'hard',
    'definition.json',
    'data.csv',
  ]) {
    const { code, stderr } = await inProcess(['--db', db, 'export', 's1', '--out', out], folder);
    expect([out, code]).toEqual([out, 2]);
    expect(stderr).toContain(`Cannot write to ${join(folder, out)}: that is`);
    said.push(stderr);
  }
  const weights = await inProcess(['--db', db, 'weights', 'r1', '--out', 'y.db.checkpoints/w'], folder);
  expect([weights.code, weights.stderr]).toEqual([2, expect.stringContaining('the checkpoint folder')]);
  expect(readFileSync(db).equals(before)).toBe(true);
  expect((await inProcess(['--db', db, 'export', 's1', '--out', 'table.md'], folder)).code).toBe(0);
  say(sentenceOf(said[0]!));
});

fault('H', 'the database deleted and replaced under a dashboard', async ({ say }) => {
  const { server, storage, folder, reported, started, close } = await startTestServer();
  onTestFinished(close);
  const { sweepId } = storeTrainedSweep(storage);
  const db = join(folder, 'test.db');
  const get = () => ask(server.port, '/api/sweeps');
  expect((await get()).status).toBe(200);
  renameSync(db, join(folder, 'away.db'));
  const deleted = await get();
  expect([deleted.status, deleted.text]).toEqual([503, expect.stringContaining('the file was deleted')]);
  cpSync(await trained(), db);
  const replaced = await get();
  expect([replaced.status, replaced.text]).toEqual([503, expect.stringContaining('the file was replaced')]);
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${server.port}` };
  const posted = await ask(server.port, `/api/sweeps/s${sweepId}/resume`, { method: 'POST', headers, body: '{}' });
  expect(posted.status).toBe(503);
  expect([started, reported]).toEqual([[], []]);
  rmSync(db);
  renameSync(join(folder, 'away.db'), db);
  expect((await get()).status).toBe(200);
  say((replaced.json as { error: { message: string } }).error.message);
});

fault('J', 'the file alone is a whole copy while a dashboard is open', async ({ say }) => {
  const folder = temporaryFolder();
  const db = await trained(folder);
  const dashboard = await opened(db);
  const other = await openStorage({ file: db, create: false });
  other.raw.exec(`UPDATE "Sweep" SET name = 'by another process'`);
  await other.close();
  expect(await completeFile(dashboard, 1)).toBe(true); // what `serve` does when it is idle, and `run` after each sweep
  cpSync(db, join(folder, 'copy.db'));
  const { stdout } = await inProcess(['--db', 'copy.db', 'list'], folder);
  expect(stdout).toContain('by another process');
  say('copy.db lists the sweep');
});

fault('U', 'a database on a read-only place', async ({ say }) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  if (disk === null) return say('no disk can be mounted here');
  const db = await trained(disk.folder);
  const bytes = readFileSync(db);
  disk.makeReadOnly();
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await inProcess(['--db', db, 'export', 's1'], folder);
  expect([code, stdout.includes('val/accuracy')]).toEqual([0, true]);
  expect(stderr).toMatch(/read from a private copy of 0\.\d MB in .*read-only/);
  const refused = await inProcess(['--db', db, 'cancel', 's1'], folder);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('read-only')]);
  expect(readFileSync(db).equals(bytes)).toBe(true);
  say(sentenceOf(stderr));
});

fault('X', 'a link to a database that is not there yet', async ({ say }) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'place'));
  symlinkSync(join('place', 'real.db'), join(folder, 'link.db'));
  const made = await openStorage({ file: join(folder, 'link.db'), create: true });
  await made.close();
  const again = await opened(join(folder, 'link.db'));
  expect(made.checkpointFolder).toBe(again.checkpointFolder);
  expect(made.checkpointFolder).toBe(join(folder, 'place', 'real.db.checkpoints'));
  say(`both times ${made.checkpointFolder.slice(folder.length + 1)}`);
});

fault('I', 'a disk that is full to the last byte', async ({ say }) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  if (disk === null) return say('no disk can be mounted here');
  const db = await trained(disk.folder);
  const storage = await openStorage({ file: db, create: false });
  claimCheckpointFolder(storage, () => {});
  storage.raw.exec(
    `INSERT INTO "Checkpoint" (stageId, batch, file, bytes, hash, createdAt) VALUES (1, 1, 'a.checkpoint', 0, '', 0)`,
  );
  writeFileSync(join(storage.checkpointFolder, 'a.checkpoint'), Buffer.alloc(4e6));
  await storage.close();
  disk.fill();
  const listed = await inProcess(['--db', db, 'list'], disk.folder);
  expect([listed.code, listed.stderr]).toEqual([1, expect.stringContaining('the disk is full')]);
  const removed = await inProcess(['--db', db, 'rm', 's1', '--yes'], disk.folder);
  expect([removed.code, removed.stderr]).toEqual([0, expect.stringContaining('were deleted first')]);
  expect(existsSync(join(disk.folder, 'y.db.checkpoints', 'a.checkpoint'))).toBe(false);
  expect(JSON.parse((await inProcess(['--db', db, '--json', 'list'], disk.folder)).stdout)).toEqual([]);
  say(sentenceOf(listed.stderr));
});

fault('N', 'mistakes with files', async ({ say }) => {
  const folder = temporaryFolder();
  const db = await trained(folder);
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('loop', join(folder, 'loop'));
  const tried: [string[], RegExp][] = [
    [['weights', 'r1', '--out', 'file'], /is not a folder/],
    [['export', 's1', '--out', '.'], /EISDIR/],
    [['export', 's1', '--out', 'file/x.md'], /ENOTDIR/],
    [['export', 's1', '--out', 'none/x.md'], /ENOENT/],
    [['export', 's1', '--out', 'a'.repeat(300)], /ENAMETOOLONG/],
    [['export', 's1', '--out', 'loop'], /circle|ELOOP/],
    [['plan', 'file/x.json'], /ENOTDIR/],
    [['plan', 'loop'], /ELOOP/],
    [['plan', '.'], /EISDIR/],
    [['--db', 'file/y.db', 'list'], /there is no|ENOTDIR/],
    [['--db', 'loop', 'list'], /circle/],
    [['doctor', '--loss-cases', 'file/x'], /ENOTDIR/],
  ];
  for (const [args, words] of tried) {
    const { code, stderr } = await inProcess(args.includes('--db') ? args : ['--db', db, ...args], folder);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringMatching(words)]);
    expect(stderr).not.toMatch(/bug of Cosweep|^\s+at /m);
  }
  if (existsSync('/dev/full')) {
    const { code, stderr } = await inProcess(['--db', db, 'export', 's1', '--out', '/dev/full'], folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('the disk is full')]);
    say(sentenceOf(stderr));
  }
});

fault('Small', 'list of an empty file', async ({ say }) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'empty.db'), '');
  const { code, stderr } = await inProcess(['--db', 'empty.db', 'list'], folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('the file is empty')]);
  expect(readFileSync(join(folder, 'empty.db'))).toHaveLength(0);
  say(sentenceOf(stderr));
});

fault('8', 'a checkpoint that is a folder counts as lost', async ({ say }) => {
  const folder = temporaryFolder();
  write(folder, 'base.json', 0.2);
  expect((await inProcess(['run', 'base.json', '--keep-checkpoints', ...RUN], folder)).code).toBe(0);
  const checkpoints = join(folder, 'cosweep.db.checkpoints');
  const files = readdirSync(checkpoints).filter((name) => name.endsWith('.checkpoint'));
  for (const name of files) {
    rmSync(join(checkpoints, name));
    mkdirSync(join(checkpoints, name));
  }
  write(folder, 'base.json', 0.3); // forks from the trunk, whose state is lost
  const { code, stderr } = await inProcess(['run', 'base.json', ...RUN], folder);
  expect(code, stderr).toBe(0);
  const { sweepId } = JSON.parse(
    (await inProcess(['--json', 'run', 'latest', '--fresh', ...RUN], folder)).stdout.trim().split('\n').at(-1)!,
  ) as { sweepId: string };
  expect(sweepId).toMatch(/^s\d$/);
  expect(readdirSync(checkpoints).some((name) => name.endsWith('-1.checkpoint'))).toBe(true);
  say(sentenceOf(stderr));
});

fault('14', 'the database deleted under a training', async ({ say }) => {
  const folder = temporaryFolder();
  const long = { ...base, training: { ...base.training, batches: 4000, evalEvery: 20 } };
  writeFileSync(join(folder, 'long.json'), JSON.stringify(long));
  const db = join(folder, 'y.db');
  const timer = setInterval(() => {
    if (existsSync(join(folder, 'y.db.checkpoints', 'owner'))) rmSync(db, { force: true });
  }, 20);
  onTestFinished(() => clearInterval(timer));
  const { code, stderr } = await cosweep(['run', 'long.json', ...RUN], { db });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`database ${db}: the file was deleted`)]);
  expect(stderr).not.toMatch(/bug of Cosweep|complete/);
  say(sentenceOf(stderr));
});
