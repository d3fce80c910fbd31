import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import { spawnRun } from '../../server/cli/spawn-run.ts';
import type { SweepItem } from '../../server/http/schemas/sweep.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { cosweep, start } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { MEGABYTE, skipWithoutDisk, smallDisk } from '../helpers/small-disk.ts';
import { ask, doctorAnswer, startTestServer } from '../http/running-server.ts';
import { snapshot } from '../runner/snapshot.ts';
import { definition, runArgs, temporaryFolder, writeStudy } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';

vi.setConfig({ testTimeout: 3_600_000 });

const rounds = Array.from({ length: size(1, 4) }, (_, round) => round);

interface Dashboard {
  /** The first sweep of the list. */
  sweep(): Promise<SweepItem | undefined>;
  until(what: (sweep: SweepItem) => boolean): Promise<void>;
  post(path: string, body?: object): Promise<[number, string]>;
  reported: unknown[];
}

/** A dashboard in this process, whose sweeps are trained by processes of their own. */
async function dashboardOver(db: string): Promise<Dashboard> {
  const storage = await openStorage({ file: db, create: true });
  const { server, reported, close } = await startTestServer({
    context: {
      storage,
      actions: {
        startRun: async (id) => void (await spawnRun(db, id, false)),
        plan: (text, folder) => planDefinition(readDefinition(text, 'of the test'), folder),
        doctor: async () => doctorAnswer,
        lastDoctor: () => null,
      },
    },
  });
  onTestFinished(async () => {
    await close();
    await storage.close();
  });
  const sweep = async (): Promise<SweepItem | undefined> => {
    const { status, json } = await ask(server.port, '/api/sweeps');
    expect(status).toBe(200);
    return (json as { items: SweepItem[] }).items[0];
  };
  return {
    reported,
    sweep,
    async until(what) {
      for (let found = await sweep(); !found || !what(found); found = await sweep()) await sleep(100);
    },
    async post(path, body = {}) {
      const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${server.port}` };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const { status, text } = await ask(server.port, `/api${path}`, request);
      return [status, text];
    },
  };
}

test.each(rounds)('a disk fills up under a dashboard and a training; with room all goes on, time %i', async (round) => {
  const disk = smallDisk(join(temporaryFolder(), 'disk'));
  skipWithoutDisk(disk, () => {
    throw new Error('skipped');
  });
  const db = join(disk.folder, 'y.db');
  const dashboard = await dashboardOver(db);
  const study = { N: [0], seeds: 1 };
  expect((await dashboard.post('/sweeps', { definition: JSON.stringify(definition(study)), engine: 'wasm' }))[0]).toBe(
    201,
  );
  await dashboard.until(({ state }) => state === 'running');
  await sleep(round * 500);
  disk.fill();
  // Whatever the process that trains met first: it ends, and nobody says that it is at work.
  await dashboard.until(({ state }) => state === 'interrupted' || state === 'complete');
  const [status, text] = await dashboard.post('/sweeps', { definition: JSON.stringify(definition({ name: 'b' })) });
  expect([status, text]).toEqual([503, expect.stringContaining('the disk is full')]);

  disk.resize(64 * MEGABYTE);
  if ((await dashboard.sweep())!.state === 'interrupted') {
    expect((await dashboard.post('/sweeps/s1/resume'))[0]).toBe(202);
    await dashboard.until(({ state }) => state === 'complete');
  }
  expect(dashboard.reported).toEqual([]);
});

test('a database that is locked for a while under a training: the training waits and is the same', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const study = { N: [0], small: true };
  const run = start(runArgs(writeStudy(folder, study)), { db });
  await run.says('r1');
  const other = new Database(db);
  other.exec('BEGIN IMMEDIATE');
  await sleep(size(12_000, 40_000)); // longer than SQLite waits by itself
  other.exec('ROLLBACK');
  other.close();
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed(study)).results);
  expect((await cosweep(['list'], { db })).code).toBe(0);
});
