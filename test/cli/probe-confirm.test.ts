import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { probeReport } from '../../server/http/schemas/probe.ts';
import { confirmReport } from '../../server/http/schemas/confirm.ts';
import { releaseLease, takeLease } from '../../server/store/database/lease.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { parseRunId } from '../../server/store/database/ids.ts';
import type { RunResult, SweepResults } from '../../server/sweep/results.ts';
import { cosweep, start } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';

/** Look before, train, confirm after: on a sweep that trains in seconds. */

vi.setConfig({ testTimeout: 300_000 });

let folder: string;
const ask = (...args: string[]) => cosweep(args, { cwd: folder });
const look = async (...args: string[]) => JSON.parse((await inProcess([...args, '--json'], folder)).stdout);
const TRAINING = ['--engine', 'wasm', '--workers', '2', '--json'];
const train = (...args: string[]) => ask(...args, ...TRAINING);

const BATCHES = 24;
const definition = {
  name: 'tiny',
  method: 'grid',
  metric: { name: 'val/accuracy', goal: 'maximize' },
  parameters: {
    alpha: { value: 0.5 },
    beta: { value: 0.4 },
    epsilon: { values: [0.0001, 3, 4] },
    N: { values: [0, 8] },
  },
  seeds: 3,
  training: {
    dataset: { name: 'glyphs', train: 200 },
    model: { name: 'mlp', embedding: 4 },
    batches: BATCHES,
    evalEvery: 12,
    batchSize: 16,
  },
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-probe-'));
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(definition));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function results(db: string, sweepId: number, metrics: string[]): Promise<SweepResults> {
  const storage = await openStorage({ file: join(folder, db), create: false });
  try {
    return readResults(storage, sweepId, metrics)!;
  } finally {
    await storage.close();
  }
}

const trained = (stderr: string): number => Number(/(\d+) batches in/.exec(stderr)![1]);

test('probe trains the trunks of two seeds; run trains the rest and finds what the probe foretold', async () => {
  const probed = await train('probe', 'tiny.json');
  expect(probed.code).toBe(0);
  const report = probeReport.parse(JSON.parse(probed.stdout));
  expect(trained(probed.stderr)).toBe(2 * BATCHES);
  expect(report).toMatchObject({
    sweepId: 's1',
    name: 'tiny',
    trunks: [{ end: BATCHES, arms: 7, seeds: [0, 1], unfinished: [2] }],
  });
  const shown = await look('show', 's1');
  // The control is its trunk, so it is complete. No other run is, though its trunk is at the switch.
  expect(shown).toMatchObject({ state: 'interrupted', counts: { complete: 2, waiting: 19, running: 0 } });

  const again = await train('probe', 'tiny.json');
  expect([trained(again.stderr), JSON.parse(again.stdout)]).toEqual([0, report]);

  const rest = JSON.parse((await train('run', 'tiny.json')).stdout);
  const undisturbed = JSON.parse((await train('run', 'tiny.json', '--db', 'undisturbed.db')).stdout);
  expect(rest).toMatchObject({ sweepId: 's1', state: 'complete', runs: { complete: 21 } });
  // How many batches are taken from trunks depends on what is trained when the turn of a stage comes.
  expect(2 * BATCHES + rest.batchesTrained + rest.batchesTaken).toBe(
    undisturbed.batchesTrained + undisturbed.batchesTaken,
  );

  const metrics = ['train/total', 'train/intraClass', 'val/accuracy', 'val/crossEntropy'];
  const found = await results('cosweep.db', 1, metrics);
  const expected = await results('undisturbed.db', 1, metrics);
  const numbers = ({ runs }: SweepResults) =>
    runs.map(({ arm, seed, curves, intraDead }) => ({ arm, seed, curves, intraDead }));
  expect(numbers(found)).toEqual(numbers(expected));

  const run = (arm: number, seed: number): RunResult =>
    found.runs.find((each) => each.arm === arm && each.seed === seed)!;
  expect(
    report.arms.map(({ arm, verdict, above, sameAs }) => [arm, verdict, above, sameAs?.arm ?? null, sameAs?.certain]),
  ).toEqual([
    [0, 'live', null, null, undefined],
    [1, 'live', null, null, undefined],
    [2, 'dead', 'maximum', null, undefined],
    [3, 'dead', 'maximum', null, undefined],
    [4, 'dead', 'maximum', 2, true],
    [5, 'dead', 'maximum', 3, true],
  ]);
  for (const { arm, verdict, sameAs } of report.arms) {
    for (const seed of [0, 1]) {
      expect(run(arm, seed).intraDead).toBe(verdict === 'dead');
      if (sameAs)
        expect(run(arm, seed).curves['val/crossEntropy']).toEqual(run(sameAs.arm, seed).curves['val/crossEntropy']);
    }
  }
  await checkRatio(report.trunks[0]!.candidates[1]!.ratios[0]!.ratio!, found);
});

/** The median of β‖∇L2‖/(α‖∇L1‖) over batches 0 to 7 for each of two seeds, by hand from the curves of the control. */
async function checkRatio(ratio: { mean: number; low: number; high: number }, { runs }: SweepResults): Promise<void> {
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: false });
  const medians = [0, 1].map((seed) => {
    const id = parseRunId(runs.find((run) => run.arm === 6 && run.seed === seed)!.id)!;
    const [interClass, intraClass] = ['interClass', 'intraClass'].map(
      (term) => readCurve(storage, id, `train/gradient/${term}`).values as number[],
    );
    const ratios = Array.from({ length: 8 }, (_, t) => (0.4 * intraClass![t]!) / (0.5 * interClass![t]!)).sort(
      (a, b) => a - b,
    );
    return (ratios[3]! + ratios[4]!) / 2;
  });
  await storage.close();
  expect(ratio.low).toBeCloseTo(Math.min(...medians), 12);
  expect(ratio.high).toBeCloseTo(Math.max(...medians), 12);
  expect(ratio.mean).toBeCloseTo((medians[0]! + medians[1]!) / 2, 12);
}

test('confirm trains the arm and its control on fresh seeds, once; its numbers are those of the curves', async () => {
  const confirmed = await train('confirm', 'tiny', '--arm', '1', '--seeds', '6');
  expect(confirmed.code).toBe(0);
  expect(trained(confirmed.stderr)).toBe(6 * (BATCHES + BATCHES - 8));
  const report = confirmReport.parse(JSON.parse(confirmed.stdout));
  expect(report).toMatchObject({
    sweepId: 's2',
    confirms: { sweep: 's1', arm: 1 },
    metric: 'test/accuracy',
    part: 'test',
    seeds: [3, 4, 5, 6, 7, 8],
    missing: [],
    difference: { n: 6 },
  });

  const points = (await look('curves', 's2', '--metric', 'test/accuracy')) as {
    arm: number;
    seed: number;
    batch: number;
    value: number;
  }[];
  expect(points).toHaveLength(12);
  const value = (arm: number, seed: number) => points.find((point) => point.arm === arm && point.seed === seed)!.value;
  const differences = report.seeds.map((seed) => value(0, seed) - value(1, seed));
  const sum = differences.reduce((a, b) => a + b);
  expect(report.difference!.mean).toBeCloseTo(sum / 6, 12);
  const flipped = Array.from({ length: 64 }, (_, pattern) =>
    differences.reduce((total, each, i) => total + ((pattern >> i) & 1 ? -each : each), 0),
  );
  expect(report.difference!.p).toBe(flipped.filter((total) => Math.abs(total) >= Math.abs(sum) - 1e-9).length / 64);

  const again = await train('confirm', 's1', '--arm', '1', '--seeds', '6');
  expect([trained(again.stderr), JSON.parse(again.stdout)]).toEqual([0, report]);
  expect((await look('list')).map(({ id }: { id: string }) => id)).toEqual(['s2', 's1']);
  expect(await look('show', 's2')).toMatchObject({ confirms: { sweep: 's1', arm: 1 }, confirmations: [] });
  expect(await look('show', 's1')).toMatchObject({ confirms: null, confirmations: [{ id: 's2' }] });
});

test('few seeds are warned of; what cannot be confirmed is refused and leaves nothing behind', async () => {
  const few = await ask('confirm', 's1', '--arm', '1', '--seeds', '2', '--again', '--workers', '1');
  expect([few.code, few.stderr]).toEqual([
    0,
    expect.stringContaining('With 2 seeds no p under 0.05 is possible (the smallest is 0.5)'),
  ]);
  expect(few.stdout).toMatch(
    /^s3 tiny confirm .*: arm 1 of s1 on 2 fresh seeds \(9 to 10\)\ntest\/accuracy, test part of \d+ images\n/,
  );
  for (const [args, message] of [
    [['--arm', '6'], /found a control, wanted one of 0 ε0\.0001 N0/],
    [['--arm', 'nobody'], /found no arm of this index or name, wanted one of/],
    [['--arm', '1', '--metric', 'train/total'], /wanted a metric of evaluations/],
    [['--arm', '1', '--seeds', '0'], /whole number from 1 to 1000/],
    [[], /required option '--arm <arm>' not specified/],
  ] as const) {
    const { code, stdout, stderr } = await inProcess(['confirm', 's1', ...args], folder);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  }
  expect(JSON.parse((await inProcess(['list', '--json'], folder)).stdout)).toHaveLength(3);
});

test('a probe waits for its turn; while queued it asks for trunks only, whoever trains it', async () => {
  const storage = await openStorage({ file: join(folder, 'busy.db'), create: true });
  const taken = takeLease(storage, 'cosweep run other.json');
  const probing = start(['probe', 'tiny.json', '--db', 'busy.db', ...TRAINING], { cwd: folder });
  await probing.says('this sweep is queued');
  expect(await storage.prisma.sweep.findMany()).toMatchObject([{ state: 'queued', probeSeeds: 2 }]);
  if ('lease' in taken) releaseLease(storage, taken.lease);
  await storage.close();
  const { code, stdout, stderr } = await probing.ended;
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /Process \d+ on .* trains on this database \(cosweep run other\.json\); this sweep is queued/,
    ),
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ sweepId: 's1', trunks: [{ seeds: [0, 1], unfinished: [2] }] });
});
