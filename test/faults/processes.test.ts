import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect } from 'vitest';
import { storeLargeSweep } from '../../bench/dashboard/large-sweep.ts';
import { buildProbeReport } from '../../server/report/probe/probe-report.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import type { SweepResults } from '../../server/sweep/results.ts';
import { askServed } from '../helpers/ask-served.ts';
import { fault } from '../helpers/fault.ts';
import { definition, planText } from '../http/plan-text.ts';
import { request } from '../store/support.ts';
import { serve, type Served } from '../web/browser/served.ts';

let folder: string;
let file: string;
let served: Served;

/** s1: 301 arms × 20 seeds, trained; s2: queued. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-processes-'));
  file = join(folder, 'cosweep.db');
  const storage = await openStorage({ file, create: true });
  storage.raw.pragma('synchronous = OFF');
  const wide = { betas: 60, epsilons: 5, seeds: 20, batches: 400, evalEvery: 200, perBatch: [] };
  storeLargeSweep(storage, { ...wide, name: 'wide' });
  queueSweep(storage, request(planText(JSON.stringify(definition))));
  await storage.close();
  served = await serve(folder, []);
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true });
});

const metrics = ['accuracy', 'crossEntropy', 'macroF1', 'nc1', 'nc4', 'fisherRatio', 'accuracyCosine'];
const table = `api/sweeps/s1/ablation?${metrics.map((name) => `metric=val/${name}`).join('&')}`;

/** Asks for the list of sweeps five times. */
async function listSweeps(): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await askServed(served.entrance, 'api/sweeps')).status);
  return statuses;
}

fault('2', 'ablation of 301 arms × 20 seeds × 7 metrics: others are answered meanwhile', async ({ say }) => {
  const client = new AbortController();
  let over = false;
  const asked = askServed(served.entrance, table, { signal: client.signal }).catch((error: Error) => error.name);
  void asked.then(() => (over = true));
  await sleep(500);
  expect(await listSweeps()).toEqual([200, 200, 200, 200, 200]);
  expect(over).toBe(false);
  client.abort();
  expect(await asked).toBe('AbortError');
  const { status } = await askServed(served.entrance, 'api/sweeps/s1/ablation?rows=epsilon');
  expect(status).toBe(200);
  say(
    'the list of sweeps was answered five times while the table was computed; its client left, and its process ended',
  );
});

fault('2', 'SIGTERM while a table is computed ends the server', async ({ say }) => {
  const asked = askServed(served.entrance, table).catch((error: Error) => error.name);
  await sleep(500);
  await served.stop();
  await asked;
  served = await serve(folder, []);
  say('the server ended, without waiting for the table to be computed');
});

fault('2', 'a probe of 90,001 arms', ({ say }) => {
  const axis = (count: number) => ({ distribution: 'uniform', min: 0.001, max: 0.4, count });
  const N = { values: Array.from({ length: 10 }, (_, i) => 10 + i) };
  const wide = {
    ...definition,
    seeds: 1,
    parameters: { alpha: { value: 0.5 }, beta: axis(30), epsilon: axis(300), N },
  };
  const { arms, seeds } = planText(JSON.stringify(wide));
  const batches = Array.from({ length: 40 }, (_, i) => i);
  const curve = { batches, values: batches.map((batch) => 1 / (batch + 3)) };
  const metricsOfTrunk = ['train/intraClass', 'train/gradient/interClass', 'train/gradient/intraClass'];
  const control = arms.find((arm) => arm.control)!;
  const results = {
    id: 's1',
    name: 'wide',
    arms,
    seeds,
    runs: [
      {
        arm: control.index,
        seed: seeds[0]!,
        state: 'complete',
        curves: Object.fromEntries(metricsOfTrunk.map((name) => [name, curve])),
      },
    ],
  } as unknown as SweepResults;
  const report = buildProbeReport(results);
  expect(report.arms).toHaveLength(90_000);
  const dead = report.arms.filter(({ verdict }) => verdict === 'dead');
  // ε above all of L2 from N on: of the batches from 10 on the first has the largest, 1/13
  for (const { epsilon, N: from, above } of dead)
    if (above === 'maximum') expect(epsilon).toBeGreaterThan(1 / (from + 4));
  const { arm, sameAs } = report.arms.find((each) => each.sameAs !== null)!;
  expect(arms[arm]!.epsilon).toBeGreaterThan(arms[sameAs!.arm]!.epsilon);
  say(`${report.arms.length.toLocaleString('en')} arms are judged, ${dead.length.toLocaleString('en')} of them dead`);
});

fault('9', 'a cancel waits for a lock, and nobody else does', async ({ say }) => {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  let over = false;
  const cancel = askServed(served.entrance, 'api/sweeps/s2/cancel', { method: 'POST' }).finally(() => (over = true));
  await sleep(300);
  expect(await listSweeps()).toEqual([200, 200, 200, 200, 200]);
  expect(over).toBe(false);
  other.exec('ROLLBACK');
  other.close();
  const answer = await cancel;
  expect(answer.status).toBe(202);
  expect(await answer.json()).toMatchObject({ state: 'cancelled' });
  say('the list of sweeps was answered five times while a cancel waited for the lock of another process');
});
