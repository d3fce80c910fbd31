import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvironment } from '../../server/runner/environment.ts';
import { readEnvironmentOf } from '../../server/store/reading/read-environment.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { noteEnvironment } from '../../server/store/training/note-environment.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { begin, lease, makePlan, newStorage, RECORD, temporaryFolder } from '../store/support.ts';

function repository(): { folder: string; commit: string } {
  const folder = join(temporaryFolder(), 'study');
  mkdirSync(folder);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder, encoding: 'utf8' });
  git('init', '-q');
  writeFileSync(join(folder, 'sweep.json'), '{}\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  return { folder, commit: git('rev-parse', 'HEAD').trim() };
}

test('git of the folder of the definition: its commit, whether it is clean, and what differs, bounded', async () => {
  const { folder, commit } = repository();
  expect((await readEnvironment(folder)).git).toEqual({ commit, dirty: false, diff: '' });
  writeFileSync(join(folder, 'new.txt'), 'untracked');
  expect((await readEnvironment(folder)).git).toEqual({ commit, dirty: true, diff: '' });
  writeFileSync(join(folder, 'sweep.json'), '{"name": "<b>x</b>"}\n');
  expect((await readEnvironment(folder)).git!.diff).toContain('+{"name": "<b>x</b>"}');
  writeFileSync(join(folder, 'sweep.json'), `first\n${'line\n'.repeat(200_000)}last\n`);
  const { diff } = (await readEnvironment(folder)).git!;
  expect(diff!.length).toBeLessThan(2 * 128 * 1024 + 100);
  expect(diff).toMatch(/\+first\n[^]*characters are left out[^]*\+last\n$/);
});

test('a folder that is none of git, and a machine; nothing of the environment variables', async () => {
  process.env['COSWEEP_TEST_SECRET'] = 'hunter2';
  const found = await readEnvironment(temporaryFolder());
  delete process.env['COSWEEP_TEST_SECRET'];
  expect(found).toMatchObject({ node: process.version, packages: expect.stringMatching(/^[0-9a-f]{64}$/), git: null });
  expect(found.cores).toBeGreaterThan(0);
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

test('what sweeps are trained in is stored once, known of each run, and removed with the last of them', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const environment = await readEnvironment(temporaryFolder());
  const environmentId = noteEnvironment(storage, token, environment);
  expect(noteEnvironment(storage, token, environment)).toBe(environmentId);
  expect(noteEnvironment(storage, token, { ...environment, node: 'v0' })).not.toBe(environmentId);
  const { sweepId, tasks } = begin(storage, token, makePlan([{ beta: 0.1 }, {}], [1]));
  startRun(storage, token, tasks[0]!.runId, { ...RECORD, environmentId });
  expect(readEnvironmentOf(storage, tasks[0]!.runId)).toEqual(environment);
  expect(readEnvironmentOf(storage, tasks[1]!.runId)).toBeNull();
  releaseLease(storage, token);
  removeSweep(storage, sweepId);
  expect(storage.prepare('SELECT count(*) FROM "Environment"').pluck().get()).toBe(0);
});
