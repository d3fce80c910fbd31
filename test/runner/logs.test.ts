import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { start } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';
import { listAttempts, listWorkerLogs } from '../../server/store/reading/list-logs.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { snapshot } from './snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from './study.ts';
import { undisturbed } from './undisturbed.ts';

const STUDY: Study = { N: [60], small: true, seeds: 1 };

interface Studied {
  folder: string;
  db: string;
  file: string;
  logs: string;
}

function newStudy(): Studied {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  return { folder, db, file: writeStudy(folder, STUDY), logs: `${db}.logs` };
}

/**
 * Has every worker process run code when it starts, and when it is given a stage. Who listened for messages before the
 * worker does would take them from it.
 */
function inWorkers(folder: string, { start = '', train = '' }: { start?: string; train?: string }): void {
  const module = join(folder, 'said.mjs');
  writeFileSync(
    module,
    `import { writeSync } from 'node:fs';
    const { emit } = process;
    if (process.send) {
      ${start}
      process.emit = function (event, message, ...more) {
        if (event === 'message' && message.kind === 'train') { ${train} }
        return emit.call(this, event, message, ...more);
      };
    }`,
  );
  vi.stubEnv('NODE_OPTIONS', `${process.env['NODE_OPTIONS'] ?? ''} --import=${module}`);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function train({ db, file, folder }: Studied, ...more: string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await inProcess(['--db', db, ...runArgs(file, ...more)], folder);
  return { code: code!, stderr };
}

async function inStorage<T>(db: string, read: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage({ file: db, create: false });
  try {
    return await read(storage);
  } finally {
    await storage.close();
  }
}

const namesIn = (folder: string): string[] => readdirSync(folder).sort();
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');
const withoutTimes = (lines: string[]): string[] => lines.map((line) => line.replace(/^\S+Z /, ''));

test('a log says of each stage and worker what happened, and what the process wrote meanwhile', async () => {
  const study = newStudy();
  inWorkers(study.folder, {
    start: `console.log('at the start');`,
    train: `console.log('to stdout'); console.error('to stderr');`,
  });
  expect((await train(study)).code).toBe(0);
  const stages = namesIn(study.logs).filter((name) => name.startsWith('stage-'));
  expect(stages).toEqual(['stage-1-1.log', 'stage-2-1.log', 'stage-3-1.log']);
  expect(namesIn(study.logs)).toEqual(expect.arrayContaining(['owner', 'tails', 'worker-0.log']));
  expect(statSync(study.logs).mode & 0o777).toBe(0o700);
  for (const name of stages) expect(statSync(join(study.logs, name)).mode & 0o777).toBe(0o600);

  const trunk = withoutTimes(linesOf(join(study.logs, 'stage-1-1.log')));
  expect(trunk[0]).toMatch(/^begin: batches \[0, 60\), worker \d, lease 1, process \d+, engine wasm on .+, fresh$/);
  expect(trunk).toEqual(expect.arrayContaining(['stdout: to stdout', 'stderr: to stderr']));
  expect(trunk).not.toContain('stdout: at the start');
  expect(trunk.filter((line) => line.startsWith('evaluation'))).toEqual([
    expect.stringMatching(/^evaluation at batch 0: val\/accuracy 0(\.\d+)?$/),
    expect.stringMatching(/^evaluation at batch 30: val\/accuracy 0\.\d+$/),
    expect.stringMatching(/^evaluation at batch 60: val\/accuracy 0\.\d+$/),
  ]);
  expect(trunk.at(-1)).toBe('end: complete at batch 60');
  const fork = withoutTimes(linesOf(join(study.logs, 'stage-2-1.log')));
  expect(fork[0]).toMatch(/, from the checkpoint of batch 60 \([0-9a-f]{12}\)$/);

  const worker = withoutTimes(linesOf(join(study.logs, 'worker-0.log')));
  expect(worker[0]).toMatch(/^begin: process \d+, engine wasm$/);
  expect(worker).toContain('stdout: at the start');
  expect(worker).not.toContain('stdout: to stdout');
  expect(worker.filter((line) => line.startsWith('open on'))).toHaveLength(1);
  expect(worker.filter((line) => line.startsWith('takes stage')).length).toBeGreaterThan(0);
  expect(worker.at(-1)).toBe('end: exit code 0');

  await inStorage(study.db, async (storage) => {
    const attempts = await listAttempts(storage, 1);
    expect(attempts.map(({ stage, attempt, from, to, writing }) => ({ stage, attempt, from, to, writing }))).toEqual([
      { stage: 'g1', attempt: 1, from: 0, to: 60, writing: false },
      { stage: 'g2', attempt: 1, from: 60, to: 120, writing: false },
    ]);
    expect(attempts[0]!.bytes).toBe(statSync(join(study.logs, 'stage-1-1.log')).size);
    expect((await listWorkerLogs(storage)).map(({ worker, writing }) => [worker, writing])).toContainEqual([0, false]);
  });
});

test('what floods its log changes no bit and keeps the last words', async () => {
  const study = newStudy();
  inWorkers(study.folder, {
    train: `
      const flood = 'x'.repeat(50_000);
      for (let i = 0; i < 400; i++) {
        try { writeSync(1, flood); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
      }
      console.log('last words');`,
  });
  expect((await train(study)).code).toBe(0);
  const before = (await undisturbed(STUDY)).results;
  expect(await snapshot(study.db)).toEqual(before);
  const tails = namesIn(join(study.logs, 'tails'));
  const files = [join(study.logs, 'stage-1-1.log'), ...tails.map((name) => join(study.logs, 'tails', name))];
  const text = files.map((path) => readFileSync(path, 'utf8')).join('');
  expect(text).toContain('last words');
  for (const path of files) expect(statSync(path).size).toBeLessThanOrEqual(5_000_000);
});

test('each attempt of a stage whose worker dies has a log that says how it died', async () => {
  const study = newStudy();
  inWorkers(study.folder, { train: `console.error('Fatal: out of luck'); process.kill(process.pid, 'SIGKILL');` });
  expect((await train(study)).code).toBe(1);
  for (const attempt of [1, 2, 3]) {
    const lines = withoutTimes(linesOf(join(study.logs, `stage-1-${attempt}.log`)));
    expect(lines).toContain('stderr: Fatal: out of luck');
    expect(lines.filter((line) => line.startsWith('end: '))).toEqual([
      expect.stringMatching(/^end: failed: Worker process \d+ ended while training \(killed by SIGKILL\)/),
    ]);
  }
  expect(withoutTimes(linesOf(join(study.logs, 'worker-0.log')))).toContain('end: killed by SIGKILL');
});

test('a folder that cannot be written is told once, and everything is trained', async () => {
  const study = newStudy();
  writeFileSync(study.logs, 'a file where the folder should be');
  const { code, stderr } = await train(study);
  expect(code).toBe(0);
  expect(stderr.split('Cannot write log')).toHaveLength(2);
  expect(stderr).toContain('this training goes on without them');
  expect(await snapshot(study.db)).toEqual((await undisturbed(STUDY)).results);
});

test('logs of another database are neither read nor changed', async () => {
  const study = newStudy();
  mkdirSync(study.logs);
  writeFileSync(join(study.logs, 'owner'), JSON.stringify({ database: 'another', path: '/there.db' }));
  writeFileSync(join(study.logs, 'stage-1-1.log'), 'of another one\n');
  const { code, stderr } = await train(study);
  expect([code, stderr]).toEqual([0, expect.stringContaining('they are of another database, /there.db')]);
  expect(namesIn(study.logs)).toEqual(['owner', 'stage-1-1.log']);
  expect(await inStorage(study.db, (storage) => listAttempts(storage, 1))).toEqual([]);
  expect((await inProcess(['--db', study.db, 'rm', 's1', '--yes'], study.folder)).code).toBe(0);
  expect(namesIn(study.logs)).toEqual(['owner', 'stage-1-1.log']);
});

test('logs go with their sweep, and where a killed process left some, with the next training', async () => {
  const study = newStudy();
  await train(study);
  expect((await inProcess(['--db', study.db, 'rm', 's1', '--yes'], study.folder)).code).toBe(0);
  expect(namesIn(study.logs).filter((name) => name.startsWith('stage-'))).toEqual([]);
  writeFileSync(join(study.logs, 'stage-2-1.log'), 'of a stage that is gone\n');
  writeFileSync(join(study.logs, 'tails', 'stage-2-1.log.5000'), 'its tail\n');
  await train(study);
  expect(namesIn(study.logs)).not.toContain('stage-2-1.log');
  expect(namesIn(join(study.logs, 'tails'))).toEqual([]);
  expect(namesIn(study.logs)).toContain('stage-4-1.log');
});

test('of a process that is killed the log can be read, and is not taken for one that is written', async () => {
  const study = newStudy();
  const log = join(study.logs, 'stage-1-1.log');
  const run = start(runArgs(study.file), { db: study.db });
  await run.until('its first stage begins', () => existsSync(log) && readFileSync(log, 'utf8').includes('begin: '));
  run.signal('SIGKILL');
  await run.ended;
  expect(linesOf(log)[0]).toMatch(/ begin: batches \[0, 60\)/);
  const attempts = (): Promise<[number, boolean][]> =>
    inStorage(study.db, async (storage) =>
      (await listAttempts(storage, 1)).map(({ attempt, writing }) => [attempt, writing]),
    );
  expect((await attempts())[0]).toEqual([1, false]);
  expect((await train(study)).code).toBe(0);
  expect(await attempts()).not.toContainEqual([expect.anything(), true]);
  expect(await snapshot(study.db)).toEqual((await undisturbed(STUDY)).results);
});
