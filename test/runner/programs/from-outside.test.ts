import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cosweep, start } from '../../helpers/cosweep.ts';
import { ask, countRuns } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

/** Starts `cosweep serve`. @returns a function that sends a request: its status, and its answer */
async function serve(db: string, ...options: string[]) {
  const program = start(['serve', '--port', '0', '--json', ...options], { db });
  await program.until('it listened', () => program.stdout().includes('\n'));
  const { port, token } = JSON.parse(program.stdout()) as { port: number; token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return async (path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

test('whoever has the token cannot plan, store or start a program, unless the server was started for it', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1, training: { pause: 30 } });
  const db = join(folder, 'study.db');
  const run = start(['run', file], { db });
  await run.until('one run is complete', () => countRuns(db, 'complete') >= 1);
  run.pressCtrlC();
  await run.ended;

  const definition = readFileSync(file, 'utf8');
  const request = { definition, baseFolder: folder };
  const post = await serve(db);
  const arm = { arm: 0, seeds: 2 };
  for (const [path, body] of [
    ['/plan', request],
    ['/sweeps', request],
    ['/sweeps', { ...request, probe: true }],
    ['/sweeps/s1/resume', {}],
    ['/sweeps/s1/retry', {}],
    ['/sweeps/s1/confirm', arm],
    ['/sweeps/s1/extension', { seeds: 4 }],
    ['/sweeps/s1/extend', { seeds: 4 }],
  ] as const) {
    const { status, body: answer } = await post(path, body);
    expect([path, status, answer], path).toEqual([
      path,
      403,
      { error: expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('--allow-programs') }) },
    ]);
  }
  expect(ask(db, 'SELECT count(*) FROM "Sweep"')).toBe(1);
  expect(ask(db, 'SELECT state FROM "Sweep"')).toBe('interrupted');

  const allowed = await serve(db, '--allow-programs');
  expect(await allowed('/plan', request)).toMatchObject({ status: 200, body: { name: 'study', arms: 2 } });
  expect(await allowed('/sweeps/s1/resume', {})).toMatchObject({ status: 202 });
  await vi.waitFor(() => expect(ask(db, 'SELECT state FROM "Sweep" WHERE id = 1')).toBe('complete'), {
    timeout: 120_000,
    interval: 200,
  });
  const other = { ...JSON.parse(definition), name: 'another' };
  expect(await allowed('/sweeps', { definition: other, baseFolder: folder })).toMatchObject({ status: 201 });
  await vi.waitFor(() => expect(ask(db, 'SELECT state FROM "Sweep" WHERE id = 2')).toBe('complete'), {
    timeout: 120_000,
    interval: 200,
  });
});

test('what the dashboard adds to a sweep whose program is the user’s own is so too', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1, training: { mode: 'plain' } });
  const definition = JSON.parse(readFileSync(file, 'utf8')) as { parameters: object };
  const parameters = { ...definition.parameters, 'training.mode': { values: ['plain'] } };
  writeFileSync(file, JSON.stringify({ ...definition, parameters }));
  const db = join(folder, 'study.db');
  expect((await cosweep(['run', file], { db })).code).toBe(0);
  const before = countRuns(db, 'complete');
  const post = await serve(db, '--allow-programs');
  const { status, body } = await post('/sweeps/s1/extend', { values: { 'training.mode': ['other'] } });
  expect(status, JSON.stringify(body)).toBe(202);
  await vi.waitFor(() => expect(countRuns(db, 'complete')).toBe(2 * before), { timeout: 120_000, interval: 200 });
});

test('where nothing can be noted of programs, the dashboard stores none', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  const db = join(folder, 'study.db');
  vi.stubEnv('COSWEEP_STATE', join(file, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const post = await serve(db, '--allow-programs');
  const request = { definition: readFileSync(file, 'utf8'), baseFolder: folder };
  const { status, body } = await post('/sweeps', request);
  expect([status, body]).toEqual([
    503,
    { error: expect.objectContaining({ message: expect.stringMatching(/Cannot note in .*COSWEEP_STATE/) }) },
  ]);
  expect(ask(db, 'SELECT count(*) FROM "Sweep"')).toBe(0);
});

test('no output is written into the folder of programs', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeProgramStudy(folder, { seeds: 1 });
  expect((await cosweep(['run', file], { db })).code).toBe(0);
  const { code, stderr } = await cosweep(['export', 's1', '--out', `${db}.programs/table.csv`], { db });
  expect([code, stderr]).toEqual([2, expect.stringContaining('in the folder of programs of')]);
});
