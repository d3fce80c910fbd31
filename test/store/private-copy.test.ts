import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { copyDatabase } from '../../server/store/database/private-copy.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { ask, startTestServer } from '../http/running-server.ts';
import { skipWithoutDisk, smallDisk } from '../helpers/small-disk.ts';
import { newStorage, makePlan, request, temporaryFolder } from './support.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';

const SCHEMAS = new URL('../fixtures/schemas/', import.meta.url);

/** A database of the first released schema. */
function older(): string {
  const file = join(temporaryFolder(), 'old.db');
  const old = new Database(file);
  old.pragma('foreign_keys = OFF');
  old.exec(readFileSync(new URL(readdirSync(SCHEMAS).sort()[0]!, SCHEMAS), 'utf8'));
  old.pragma('journal_mode = WAL');
  old.close();
  return file;
}

async function openRead(file: string, said: string[] = []): Promise<Storage> {
  const tell = (message: string): void => void said.push(message);
  const storage = await openStorage({ file, create: false, access: 'read', tell });
  onTestFinished(() => storage.close());
  return storage;
}

test('what is only read is never brought up to date in its place, but in a copy that is gone afterwards', async () => {
  const file = older();
  const before = readFileSync(file);
  const said: string[] = [];
  const storage = await openRead(file, said);
  expect((await listSweeps(storage)).items).toMatchObject([{ name: 'kept' }]);
  expect([storage.readOnly, storage.file]).toEqual([true, file]);
  const copy = storage.raw.name;
  expect(said).toEqual([expect.stringMatching(/private copy of 0\.\d MB in .*its schema is older/)]);
  expect([said[0]!.includes(dirname(copy)), existsSync(copy)]).toEqual([true, true]);
  await storage.close();
  expect(existsSync(dirname(copy))).toBe(false);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('what is up to date is read in its place, live', async () => {
  const live = await newStorage();
  const storage = await openRead(live.file);
  queueSweep(live, request(makePlan([{}], [1])));
  expect([(await listSweeps(storage)).total, storage.raw.name]).toEqual([1, live.file]);
});

test('a copy holds what is only in the log', async () => {
  const live = await newStorage();
  live.raw.pragma('wal_autocheckpoint = 0');
  queueSweep(live, request(makePlan([{}], [1])));
  const copy = copyDatabase(live.file);
  onTestFinished(() => copy.remove());
  const raw = new Database(copy.file);
  expect(raw.prepare('SELECT count(*) FROM "Sweep"').pluck().get()).toBe(1);
  raw.close();
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('a copy is gone with a process that %s ends', async (signal) => {
  const live = await newStorage();
  const program = ['../helpers/child-process.js', './hold-copy.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const child = spawn(process.execPath, [...program, live.file], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next(); // ready
  child.stdin.write('\n');
  const { value: copy } = (await lines.next()) as { value: string };
  expect(existsSync(copy)).toBe(true);
  child.kill(signal);
  const [code, by] = await once(child, 'exit');
  expect([code, by]).toEqual([null, signal]);
  expect(existsSync(dirname(copy))).toBe(false);
});

test('a server that was opened for reading refuses what would change the database, and answers the rest', async () => {
  const storage = await openRead(older());
  const started: string[] = [];
  const reading = await startTestServer({
    context: {
      storage,
      actions: { startRun: async (id) => void started.push(id), plan: never, doctor: never, lastDoctor: () => null },
    },
  });
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${reading.server.port}` };
  const post = (path: string) => ask(reading.server.port, path, { method: 'POST', headers, body: '{}' });
  expect((await ask(reading.server.port, '/api/sweeps/s1')).status).toBe(200);
  for (const path of ['/api/sweeps/s1/resume', '/api/sweeps/s1/cancel', '/api/sweeps'])
    expect(await post(path)).toMatchObject({ status: 403, text: expect.stringContaining('opened for reading alone') });
  expect(started).toEqual([]);
  await reading.close();
});

const never = (): Promise<never> => Promise.reject(new Error('not asked for'));

test('a full place for the copy is refused before anything is copied', async (context) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  skipWithoutDisk(disk, () => context.skip());
  const file = older();
  cpSync(file, join(disk.folder, 'y.db'));
  const before = process.env['TMPDIR'];
  onTestFinished(() => void (before === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = before)));
  process.env['TMPDIR'] = disk.folder;
  disk.resize(1 << 20);
  expect(() => copyDatabase(file)).toThrow(/larger than the 0\.\d MB that are free in .*TMPDIR/);
  expect(readdirSync(disk.folder)).toEqual(['y.db']);
});
