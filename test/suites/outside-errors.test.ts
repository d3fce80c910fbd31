import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { commands } from '../../server/cli/commands.ts';
import { makeProgram } from '../../server/cli/program.ts';
import { routes } from '../../server/http/routes.ts';
import { reportDatabase } from '../../server/store/database/report-database.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { Stream } from '../../server/sweep/random.ts';
import { OutsideError, UserError } from '../../server/sweep/user-error.ts';
import { inProcess } from '../helpers/in-process.ts';
import { FULL_SIZE } from '../helpers/size.ts';
import { skipWithoutDisk, smallDisk } from '../helpers/small-disk.ts';
import { definition, planText } from '../http/plan-text.ts';
import { ask, doctorAnswer, startTestServer } from '../http/running-server.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { temporaryFolder } from '../store/support.ts';
import { BODIES, COMMANDS, QUERIES } from './outside-cases.ts';

// No server is there, and none comes.
vi.mock(import('../../server/export/mlflow/patience.ts'), () => ({ PATIENCE_MS: 120_000 as const, WAITS_MS: [] }));

vi.setConfig({ testTimeout: 3_600_000 });

/** A trained sweep and a confirmation of it, and another process that seems to train, so that nothing here does. */
let whole: Buffer;
const PAGE = 4096;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] }); // the other process stays alive however long this takes
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-outside-'));
  const storage = await openStorage({ file: join(folder, 'whole.db'), create: true });
  storeTrainedSweep(storage);
  storage.raw
    .prepare(
      `UPDATE "Lease" SET holder = 'another', pid = 1, host = 'elsewhere', machine = 'elsewhere', heartbeatAt = ?`,
    )
    .run(Date.now());
  storage.raw.pragma('wal_checkpoint(TRUNCATE)');
  await storage.close();
  whole = readFileSync(join(folder, 'whole.db'));
  rmSync(folder, { recursive: true });
});

const RESULTS = 'beta,seed,metric,batch,value\n0,0,val/acc,10,0.5\n0.2,0,val/acc,10,0.6\n';

function copyOf(bytes: Buffer, folder = temporaryFolder()): string {
  const db = join(folder, 'y.db');
  writeFileSync(db, bytes);
  writeFileSync(join(folder, 'definition.json'), JSON.stringify({ ...definition, name: 'another' }));
  writeFileSync(join(folder, 'results.csv'), RESULTS);
  return db;
}

function withZeroedPage(page: number): Buffer {
  const bytes = Buffer.from(whole);
  return bytes.fill(0, page * PAGE, (page + 1) * PAGE);
}

/** Which pages are damaged: all of them at full size, else some that a seed draws. */
function pages(): number[] {
  const count = whole.length / PAGE;
  if (FULL_SIZE) return Array.from({ length: count }, (_, page) => page);
  const drawn = new Stream(8, 'pages');
  return Array.from({ length: 3 }, () => Math.floor(drawn.uniform() * count));
}

const BLAME = /bug of Cosweep|^\s+at /m;

/** Every command on a copy of this database; none may blame Cosweep. @returns exit codes and what was said, by command */
async function tryCommands(db: string, when: ('always' | 'opening')[]): Promise<Map<string, [number | null, string]>> {
  const seen = new Map<string, [number | null, string]>();
  const bytes = readFileSync(db);
  for (const { args } of Object.values(COMMANDS)
    .flat()
    .filter((each) => when.includes(each.when as 'always'))) {
    writeFileSync(db, bytes);
    const { code, stderr } = await inProcess(['--db', db, ...args], dirname(db));
    expect([args.join(' '), stderr]).toEqual([args.join(' '), expect.not.stringMatching(BLAME)]);
    seen.set(args.join(' '), [code, stderr]);
  }
  return seen;
}

type Ask = (name: string) => Promise<[number, string]>;

/** Serves this database while `use` asks routes by their method and path; nothing is reported as a bug. */
async function served<T>(storage: Storage, use: (ask: Ask) => Promise<T>): Promise<T> {
  const actions = {
    startRun: async () => {},
    plan: async (text: string) => planText(text),
    doctor: async () => doctorAnswer,
    lastDoctor: () => null,
  };
  const { server, reported, close } = await startTestServer({ context: { storage, actions } });
  try {
    const result = await use(async (name) => {
      const [method, path] = name.split(' ') as [string, string];
      const parts = { id: path.startsWith('/runs') ? 'r1' : 's1', arm: '0', stage: 'g1', attempt: '1', n: '0' };
      const asked = path.replace(/:(\w+)/g, (_, part: keyof typeof parts) => parts[part]);
      const { status, text } = await ask(server.port, `/api${asked}${QUERIES[name] ?? ''}`, {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${server.port}` },
        ...(method === 'post' ? { body: JSON.stringify(BODIES[name] ?? {}) } : {}),
      });
      return [status, text];
    });
    expect(reported).toEqual([]);
    return result;
  } finally {
    await close();
  }
}

/** Every route of a server over this database; none may answer 500. @returns status and answer, by route */
function tryRoutes(storage: Storage): Promise<Map<string, [number, string]>> {
  return served(storage, async (asking) => {
    const seen = new Map<string, [number, string]>();
    for (const { method, path } of routes) {
      const name = `${method} ${path}`;
      const answer = await asking(name);
      expect([name, ...answer]).not.toEqual([name, 500, expect.anything()]);
      seen.set(name, answer);
    }
    return seen;
  });
}

async function openedOrRefused(db: string): Promise<Storage | null> {
  try {
    const storage = await openStorage({ file: db, create: false });
    onTestFinished(() => storage.close());
    return storage;
  } catch (error) {
    expect(error instanceof UserError || error instanceof OutsideError, String(error)).toBe(true);
    return null;
  }
}

test('each command and each route has a case, and on a database in order none fails', async () => {
  const program = makeProgram();
  for (const command of commands) command.define(program, () => async () => {});
  expect(Object.keys(COMMANDS)).toEqual(program.commands.map((command) => command.name()));
  const commandsSeen = [...(await tryCommands(copyOf(whole), ['always']))];
  expect(commandsSeen.filter(([, [code]]) => code !== 0).map(([name]) => name)).toEqual([
    'run s1 --no-wait', // some of its runs have failed
    'run s1 --no-wait --keep-weights best', // as in run
    'extend s1 --seeds 8 --no-wait', // as in run
    'sync s1 --to mlflow http://127.0.0.1:2', // there is no server
    'weights r1 --out weights', // the fixture has no checkpoints
    'weights r1 --format safetensors --out w.safetensors', // as above
  ]);
  const seen = [...(await tryRoutes((await openedOrRefused(copyOf(whole)))!))];
  const refused = seen.filter(([, [status]]) => status >= 400).map(([name, [status]]) => `${name} ${status}`);
  expect(refused).toEqual([
    'get /comparison 404', // the fixture has one sweep
    'get /sweeps/:id/confirmation 404', // it is none
    'get /runs/:id/logs/:stage/:attempt 404', // the fixture has no logs
    'get /workers/:n/log 404',
    'post /sweeps/:id/cancel 409', // it is complete
    'post /sweeps/:id/kill 409',
    'post /sweeps/:id/resume 409',
  ]);
});

test('a database with a page of zeros: it is damaged, and nobody blames Cosweep', async () => {
  const started = performance.now();
  let [said, tried] = [0, 0];
  for (const page of pages()) {
    const db = copyOf(withZeroedPage(page));
    const seen = await tryCommands(db, ['always']);
    tried += seen.size;
    said += [...seen.values()].filter(([, text]) => /damaged|not an SQLite database/.test(text)).length;
    const report = await reportDatabase(copyOf(withZeroedPage(page)));
    expect([page, report.works || report.reason !== null]).toEqual([page, true]);
    const storage = await openedOrRefused(copyOf(withZeroedPage(page)));
    if (storage) await tryRoutes(storage);
  }
  expect(said).toBeGreaterThan(0);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (FULL_SIZE)
    console.info(`${pages().length} databases: ${tried} commands, ${said} said damage, none a bug; ${seconds} s`);
});

describe('a place that is wrong is said, with the path', () => {
  const places: [string, (folder: string) => string][] = [
    ['there is no such file', (folder) => join(folder, 'none.db')],
    ['there is no folder', (folder) => join(folder, 'none', 'y.db')],
    ['a folder in its place', (folder) => (mkdirSync(join(folder, 'y.db')), join(folder, 'y.db'))],
    ['a file in place of its folder', (folder) => (writeFileSync(join(folder, 'f'), ''), join(folder, 'f', 'y.db'))],
    [
      'another file',
      (folder) => (writeFileSync(join(folder, 't.db'), 'Dear diary, '.repeat(999)), join(folder, 't.db')),
    ],
    ['an empty file', (folder) => (writeFileSync(join(folder, 'e.db'), ''), join(folder, 'e.db'))],
  ];

  test.each(places)('%s', async (_, place) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'definition.json'), JSON.stringify(definition));
    writeFileSync(join(folder, 'results.csv'), RESULTS);
    const db = place(folder);
    // Where there is nothing, or nothing yet, those that make databases make one.
    const makesOne = /none.db|e.db/.test(db) ? /^(probe|run definition|import|serve)/ : /^$/;
    for (const { args } of Object.values(COMMANDS)
      .flat()
      .filter(({ when, args }) => when !== 'never' && !makesOne.test(args.join(' ')))) {
      const { code, stderr } = await inProcess(['--db', db, ...args], folder);
      expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 2, expect.stringMatching(/^Cannot /m)]);
      expect(stderr).not.toMatch(BLAME);
    }
  });
});

test('a full disk: 503, exit 1, and all is well when it has room again', async (context) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  skipWithoutDisk(disk, () => context.skip());
  const db = copyOf(whole, disk.folder);
  const storage = (await openedOrRefused(db))!;
  disk.fill();
  const seen = await tryRoutes(storage);
  for (const name of ['post /sweeps', 'post /sweeps/:id/confirm'])
    expect([name, ...seen.get(name)!]).toEqual([name, 503, expect.stringContaining('the disk is full')]);
  expect(seen.get('get /sweeps')![0]).toBe(200);
  await storage.close();
  disk.resize(64 << 20);
  disk.fill(); // to the last byte: closing left a little
  for (const [args, words] of [
    ['list', 'the disk is full'],
    ['cancel s1', 'the disk is full'],
    ['run definition.json --no-wait', 'the disk is full'],
  ] as const) {
    const { code, stderr } = await inProcess(['--db', db, ...args.split(' ')], disk.folder);
    expect([args, code, stderr]).toEqual([args, 1, expect.stringContaining(words)]);
  }
  disk.resize(64 << 20);
  expect((await inProcess(['--db', db, 'list'], disk.folder)).code).toBe(0);
});

test('a database that another process keeps locked: 503 and exit 1, and reading goes on', async () => {
  const db = copyOf(whole);
  const storage = (await openedOrRefused(db))!;
  const other = new Database(db);
  other.exec('BEGIN IMMEDIATE');
  await served(storage, async (asking) => {
    expect(await asking('post /sweeps')).toEqual([503, expect.stringContaining('kept it locked')]);
    expect((await asking('get /sweeps'))[0]).toBe(200);
  });
  expect((await inProcess(['--db', db, 'export', 's1'], dirname(db))).code).toBe(0);
  const { code, stderr } = await inProcess(['--db', db, 'rm', 's1', '--yes'], dirname(db));
  expect([code, stderr]).toEqual([1, expect.stringContaining('kept it locked')]);
  other.exec('ROLLBACK');
  other.close();
  await served(storage, async (asking) => expect((await asking('post /sweeps'))[0]).toBe(201));
});

test('a database that is deleted or replaced under a server: every route says so, and nothing is accepted', async () => {
  for (const replaces of [false, true]) {
    const db = copyOf(whole);
    const storage = (await openedOrRefused(db))!;
    renameSync(db, `${db}.away`);
    if (replaces) copyFileSync(`${db}.away`, db);
    const what = replaces ? 'the file was replaced' : 'the file was deleted';
    for (const [name, answer] of await tryRoutes(storage))
      expect([name, ...answer]).toEqual([name, 503, expect.stringContaining(what)]);
    expect(storage.raw.prepare('SELECT count(*) FROM "Sweep"').pluck().get()).toBe(1);
  }
});
