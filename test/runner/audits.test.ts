import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditInWords } from '../../server/runner/audits/auditing.ts';
import { Audits } from '../../server/runner/audits/audits.ts';
import { isChosen, rankOf } from '../../server/runner/audits/chosen.ts';
import { differenceInWords, Given } from '../../server/runner/audits/compare-trainings.ts';
import { unmeasuredClass } from '../../server/runner/workers/bit-class.ts';
import type { SegmentReport, StageOrder } from '../../server/runner/workers/messages.ts';
import type { Whose } from '../../server/runner/workers/seat.ts';
import type { Trainer } from '../../server/runner/workers/trainer.ts';
import { readAudit } from '../../server/store/reading/read-audit.ts';
import type { Series } from '../../server/training/curve-buffer.ts';
import type { FitResult } from '../../server/training/fit-task.ts';
import { begin, lease, makePlan, newStorage } from '../store/support.ts';

const keys = Array.from({ length: 20_000 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));

test('about 1 stage in 50 is chosen, by its key alone', () => {
  const chosen = keys.filter(isChosen);
  expect(chosen.length).toBeGreaterThan(300);
  expect(chosen.length).toBeLessThan(500);
  expect(keys.filter(isChosen)).toEqual(chosen);
  expect(new Set(keys.map(rankOf)).size).toBe(keys.length);
});

const series = (metric: string, values: number[], epsilon: number | null = null): Series => ({
  metric,
  epsilon,
  batches: Int32Array.from(values, (_, i) => 10 + i),
  values: Float64Array.from(values),
});

const COMPLETE: FitResult = { outcome: 'complete', batch: 13, intraDead: null };

function split(batch: number, groups = [[0.1], [0.2, 0.3]]): FitResult {
  return { outcome: 'split', batch, intraDead: null, groups };
}

function given(points: Series[], hash: string | null = 'a'.repeat(64), result = COMPLETE): Given {
  const all = new Given();
  const checkpoint = hash === null ? null : { batch: 13, hash, size: 1, content: { file: '' } };
  all.add({ points, to: 13, checkpoint, result });
  return all;
}

const differ = (first: Given, second: Given) => differenceInWords(first, second, ['one', 'two']);

test('the first batch that differs is named, with its metric and both values; else the state at the end', () => {
  const total = [0.5, NaN, -0];
  const same = (): Given => given([series('train/total', total), series('train/intra', [1, 2, 3], 0.1)]);
  expect(differ(same(), same())).toBe(null);
  const later = given([series('train/total', [0.5, NaN, 0]), series('train/intra', [1, 2.5, 3], 0.1)]);
  expect(differ(same(), later)).toBe('train/intra (ε 0.1) at batch 11 is 2 on one, and 2.5 on two');
  const missing = given([series('train/total', total.slice(0, 2)), series('train/intra', [1, 2, 3], 0.1)]);
  expect(differ(same(), missing)).toBe('train/total at batch 12 is -0 on one, and nothing on two');
  const state = (hash: string | null) => given([series('train/total', total)], hash);
  expect(differ(state('a'.repeat(64)), state('b'.repeat(64)))).toBe(
    'the state after batch 13 is aaaaaaaaaaaa… on one, and bbbbbbbbbbbb… on two',
  );
  expect(differ(state(null), state('b'.repeat(64)))).toBe(null);
});

test('how a stage ended is compared too, and says more than the points that one of them has not come to', () => {
  const all = series('train/total', [0.5, 0.25, 0.125]);
  const diverged: FitResult = { outcome: 'diverged', batch: 12, intraDead: null };
  const ended = (result: FitResult, points = [all]) => given(points, null, result);
  expect(differ(ended(split(13)), ended(split(13)))).toBe(null);
  expect(differ(ended(split(13)), ended(split(13, [[0.1, 0.2], [0.3]])))).toBe(
    'it is split at batch 13 (ε 0.1 | 0.2, 0.3) on one, and split at batch 13 (ε 0.1, 0.2 | 0.3) on two',
  );
  expect(differ(ended(COMPLETE), ended(diverged, [series('train/total', [0.5, 0.25])]))).toBe(
    'it is complete on one, and diverged at batch 12 on two',
  );
  expect(differ(ended(COMPLETE), ended(diverged, [series('train/total', [0.5, 7])]))).toBe(
    'train/total at batch 11 is 0.25 on one, and 7 on two',
  );
});

test('what is said of a sweep', () => {
  expect(auditInWords({ audited: 0, different: [], left: ['a'] })).toMatch(/^was not audited: .* wanted two machines/);
  expect(auditInWords({ audited: 1, different: [], left: [] })).toBe(
    'was audited: 1 stage was trained again on another machine, with the same bits',
  );
  expect(auditInWords({ audited: 3, different: ['x', 'y'], left: ['a', 'a'] })).toBe(
    'was audited: 3 stages were trained again on another machine, 2 of them with other bits; ' +
      '2 of class a were not: nobody else computes the same bits',
  );
});

const bits = unmeasuredClass('wasm', { device: 'CPU', versions: {} });
const [one, two] = ['one', 'two'].map((name) => ({ id: name, host: name, name })) as [Whose, Whose];
const never = new AbortController().signal;

function segment(result: FitResult): SegmentReport {
  const seconds = { training: 1, evaluation: 0 };
  return { from: 0, to: 13, points: [], evaluations: [], checkpoint: null, seconds, usage: null, result };
}

/** Audits of a sweep of which `one` has trained a stage, which ended so; nothing else is left to train. */
async function trainedOnce(result: FitResult, present = [one, two]) {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan([{ beta: 0 }], [1]));
  const [stage] = tasks[0]!.stages as [(typeof tasks)[0]['stages'][0]];
  const queueOver = new AbortController();
  const seating = { isHere: true, size: 2, present: () => present, open: async () => {} };
  const signals = { stopping: never, killing: never };
  const work = { storage, lease: token, sweepId, seating, tell: () => {}, ...signals };
  const audits = new Audits(work, queueOver.signal);
  const order = { from: stage.from, to: stage.to, start: null, dataset: {} } as StageOrder;
  audits.watch({ stage, runs: tasks, ending: tasks, restores: false }, order, bits, one)(segment(result));
  queueOver.abort();
  return { audits, noted: () => readAudit(storage, sweepId) };
}

/** Somebody who trains a stage so that it ends so. */
function trainer(result: FitResult): Trainer {
  return {
    ...{ opened: Promise.resolve({ device: '', versions: {} }), pid: null, dead: false },
    ...{ sign: async () => [], holds: () => false, stop: () => {}, kill: () => {}, end: async () => {} },
    train: async (_order, told) => {
      await told.onSegment(segment(result));
    },
  };
}

test('a stage that was split is audited, and a difference is noted as soon as it is found', async () => {
  const same = await trainedOnce(split(9));
  await (await same.audits.next(bits, two, never))!.train(trainer(split(9)), two, never);
  expect(same.audits.result()).toEqual({ audited: 1, different: [], left: [] });
  expect(same.noted()).toBe(null);

  const { audits, noted } = await trainedOnce(split(9));
  const audit = (await audits.next(bits, two, never))!;
  await audit.train(trainer(split(8)), two, never);
  expect(noted()).toMatch(/^stage g\d+ \[0, 100\), of class .*: it is split at batch 9 \(.*\) on one, and split at/);
  expect(audits.result().different).toEqual([noted()]);
});

test('an audit is not begun where the sweep was stopped, and not counted where it was', async () => {
  const { audits, noted } = await trainedOnce(COMPLETE);
  const audit = (await audits.next(bits, two, never))!;
  await expect(audit.train(trainer(split(1)), two, AbortSignal.abort())).rejects.toThrow('it was told to stop');
  const stopped: FitResult = { outcome: 'stopped', batch: 5, intraDead: null };
  await expect(audit.train(trainer(stopped), two, never)).rejects.toThrow('it was told to stop');
  expect([audits.result().audited, noted()]).toEqual([0, null]);
});

test('where nobody else computes the same bits, nobody waits', async () => {
  const { audits } = await trainedOnce(COMPLETE, [one]);
  expect(await audits.next(bits, one, never)).toBe(null);
  expect(audits.result()).toEqual({ audited: 0, different: [], left: [bits.name] });
});
