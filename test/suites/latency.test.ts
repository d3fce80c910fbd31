import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeLargeSweep } from '../../bench/dashboard/large-sweep.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { askServed } from '../helpers/ask-served.ts';
import { FULL_SIZE, size } from '../helpers/size.ts';
import { Stream } from '../../server/sweep/random.ts';
import { serve, type Served } from '../web/browser/served.ts';

/** How long the list of sweeps may wait for another request, in ms; times three, as machines of tests are shared. */
const GOAL = 100;
const FACTOR = 3;

const METRICS = ['accuracy', 'crossEntropy', 'macroF1', 'nc1', 'nc4', 'fisherRatio', 'accuracyCosine'];
const RUNS = size(400, 1_000);

/** The heaviest requests that are allowed, over the three sweeps below. A space that is exhausted is refused, late. */
const HEAVY: [what: string, path: string, body?: object][] = [
  ['ablation', `api/sweeps/s1/ablation?format=page&${METRICS.map((name) => `metric=val/${name}`).join('&')}`],
  ['pairs', 'api/sweeps/s2/pairs?metric=train/total'],
  ['probe', 'api/sweeps/s3/probe'],
  ['curves', `api/curves?metric=val/accuracy&runs=${Array.from({ length: RUNS }, (_, i) => `r${i + 1}`).join(',')}`],
  ['curves of two long runs', 'api/curves?metric=train/total&width=1000&runs=LONG'],
  ['stages', 'api/sweeps/s1/stages'],
  ['plan', 'api/plan', exhaustedSpace()],
];

let folder: string;
let served: Served;
let longRuns: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-latency-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storage.raw.pragma('synchronous = OFF');
  const common = { batches: 400, evalEvery: 100, perBatch: ['train/total'] };
  storeLargeSweep(storage, { ...common, name: 'wide', betas: size(12, 60), epsilons: 5, seeds: size(8, 20) });
  storeLargeSweep(storage, {
    name: 'long',
    betas: 1,
    epsilons: 1,
    seeds: 1,
    batches: size(20_000, 1_000_000),
    evalEvery: 1_000,
    perBatch: ['train/total'],
  });
  storeLargeSweep(storage, {
    name: 'probed',
    betas: size(10, 30),
    switches: 10,
    epsilons: size(30, 300),
    seeds: 1,
    batches: 2_000,
    evalEvery: 1_000,
    perBatch: ['train/intraClass', 'train/gradient/interClass', 'train/gradient/intraClass'],
    trunksOnly: true,
  });
  const ids = storage.prepare('SELECT runId FROM "SweepRun" WHERE sweepId = 2').pluck().all() as number[];
  longRuns = ids.map((id) => `r${id}`).join(',');
  await storage.close();
  served = await serve(folder, []);
  await waits(20);
}, 600_000);

afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true });
});

/** A random search that asks for more points than there are. */
function exhaustedSpace(): object {
  const values = (count: number) => ({ values: Array.from({ length: count }, (_, i) => (i + 1) / 1_000) });
  return {
    definition: {
      name: 'exhausted',
      method: 'random',
      runCap: 2_000,
      parameters: { alpha: { value: 0.5 }, beta: values(20), epsilon: values(20), N: { values: [10, 20] } },
      ablations: ['noIntra'],
      seeds: 2,
      training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 40, evalEvery: 10 },
    },
  };
}

/** How long the list of sweeps takes, asked for again and again until `done`; in ms, the longest first. */
async function waits(least: number, done = (): boolean => true): Promise<number[]> {
  const took: number[] = [];
  while (took.length < least || !done()) {
    const start = performance.now();
    const response = await askServed(served.entrance, 'api/sweeps');
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    took.push(performance.now() - start);
    await sleep(10);
  }
  return took.sort((a, b) => b - a);
}

test.each(HEAVY)(
  '%s: whoever asks for the list of sweeps meanwhile does not wait for it',
  async (what, path, body) => {
    const [idle] = await waits(20);
    let done = false;
    const start = performance.now();
    const options =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = askServed(served.entrance, path.replace('LONG', longRuns), options).then(async (response) => {
      // Read in pieces: a whole text of megabytes would stop this process, which takes the time of the others.
      let text = '';
      for await (const piece of response.body!) text ||= Buffer.from(piece).toString('utf8', 0, 500);
      done = true;
      return { status: response.status, text, took: performance.now() - start };
    });
    const [longest] = await waits(5, () => done);
    const { status, text, took } = await answer;
    expect(status, text.slice(0, 500)).toBe(what === 'plan' ? 400 : 200);
    if (FULL_SIZE)
      console.log(
        `${what}: ${took.toFixed(0)} ms, meanwhile at most ${longest!.toFixed(0)} (idle ${idle!.toFixed(0)})`,
      );
    // A machine on which the list is slow by itself makes nobody wait for another request.
    expect(longest).toBeLessThanOrEqual(FACTOR * Math.max(GOAL, idle!));
  },
  600_000,
);

test('clients that leave at any moment take nobody along: the server goes on', { timeout: 600_000 }, async () => {
  const moments = new Stream(14, 'moments', 17);
  const [ablation, pairs] = HEAVY.map(([, path]) => path);
  for (let round = 0; round < size(6, 100); round++) {
    const path = `${round % 2 === 0 ? ablation : pairs}&not=${round}`;
    const left = askServed(served.entrance, path, {
      signal: AbortSignal.timeout(Math.round(moments.uniform() * 1_500)),
    });
    await left.catch(() => {});
    const { status } = await askServed(served.entrance, 'api/sweeps');
    expect(status).toBe(200);
  }
});
