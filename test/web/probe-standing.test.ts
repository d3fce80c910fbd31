import { expect, test } from 'vitest';
import type { StageRow } from '../../server/http/schemas/stage.ts';
import { areTrunksTrained, countTrunkBatches, isProbing } from '../../web/series/probe-standing.ts';

const sweep = { probeSeeds: 2, seedList: [5, 3, 9] };
const trunk = { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null };

function stage(id: string, seed: number, rest: Partial<StageRow> = {}): StageRow {
  return {
    id,
    parent: null,
    from: 0,
    to: 40,
    batch: 40,
    taken: 0,
    takenSeconds: 0,
    seed,
    state: 'complete',
    runs: ['r1', 'r2'],
    engine: 'wasm',
    worker: null,
    seconds: null,
    params: trunk,
    ...rest,
  };
}

/** Stages of three seeds; the probe does not look at the last seed. */
const stages = [
  stage('g1', 5),
  stage('g2', 5, { parent: 'g1', from: 40, to: 100, batch: 100 }),
  stage('g3', 5, { parent: 'g1', from: 40, to: 100, batch: 40, state: 'waiting', params: { ...trunk, N: 40 } }),
  stage('g4', 3),
  stage('g5', 9, { batch: 0, state: 'waiting' }),
];

test('the trunks are trained when those of the seeds that were asked for are at their ends', () => {
  expect(areTrunksTrained(stages, sweep)).toBe(true);
  expect(areTrunksTrained(stages, { ...sweep, probeSeeds: 3 })).toBe(false);
  expect(areTrunksTrained([], sweep)).toBe(false);
  const hot = [
    stage('g1', 5, { batch: 3, state: 'diverged' }),
    stage('g2', 5, { parent: 'g1', from: 40, to: 100, batch: 40, state: 'diverged' }),
  ];
  expect(areTrunksTrained(hot, sweep)).toBe(true);
});

test('a probe is at work on stages without the phase, of its seeds', () => {
  expect(
    countTrunkBatches(
      stages.map((each) => (each.id === 'g4' ? { ...each, batch: 10 } : each)),
      sweep,
    ),
  ).toMatchObject({ trained: 110, batches: 140 });
  expect(
    ['queued', 'running', 'interrupted', 'complete'].map((state) =>
      isProbing({ probeSeeds: 2, state: state as 'queued' }),
    ),
  ).toEqual([true, true, false, false]);
  expect(isProbing({ probeSeeds: null, state: 'running' })).toBe(false);
});
