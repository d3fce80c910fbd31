import { expect, test } from 'vitest';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { StageRow } from '../../server/http/schemas/stage.ts';
import { countSavings } from '../../web/series/stage-savings.ts';
import { countBatches, isTaken, layoutStageTree, pathTo } from '../../web/series/stage-tree.ts';
import { armsLabel, barWords, describeBar, phaseWords, savedShare, stageKind } from '../../web/series/stage-words.ts';

function stage(id: string, parent: string | null, from: number, to: number, rest: Partial<StageRow> = {}): StageRow {
  return {
    id,
    parent,
    from,
    to,
    batch: to,
    taken: 0,
    takenSeconds: 0,
    seed: 0,
    state: 'complete',
    runs: [id],
    engine: 'wasm',
    worker: null,
    seconds: null,
    params: trunk,
    ...rest,
  };
}

const trunk = { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null };
const fork = (N: number, beta: number, epsilon: number | null) => ({ ...trunk, N, beta, epsilon });

/** A control; arms that switch at 40 and 80; at 40 two ε parted at batch 60. */
const tree = [
  stage('g1', null, 0, 40, { runs: ['r1', 'r2', 'r3', 'r4'] }),
  stage('g5', 'g1', 40, 60, { params: fork(40, 0.2, null), runs: ['r3', 'r4'] }),
  stage('g2', 'g1', 40, 80, { runs: ['r1', 'r2'], batch: 60, state: 'running' }),
  stage('g7', 'g5', 60, 100, { params: fork(40, 0.2, 0.3), runs: ['r4'], batch: 60, state: 'waiting' }),
  stage('g6', 'g5', 60, 100, { params: fork(40, 0.2, 0.1), runs: ['r3'], batch: 70, state: 'diverged' }),
  stage('g3', 'g2', 80, 100, { runs: ['r1'], batch: 80, state: 'running' }),
  stage('g4', 'g2', 80, 100, { params: fork(80, 0.2, 0.1), runs: ['r2'], batch: 80, state: 'waiting' }),
];

test('the trunk keeps the first lane, later forks are nearer to it, and every bar has its place', () => {
  const [seed] = layoutStageTree(tree);
  expect(seed!.lanes.map((lane) => lane.map(({ stage: { id } }) => id))).toEqual([
    ['g1', 'g2', 'g3'],
    ['g4'],
    ['g5', 'g6'],
    ['g7'],
  ]);
  expect(seed!.lanes.map((lane) => lane.map(({ left, width }) => [left, width]))).toEqual([
    [
      [0, 0.4],
      [0.4, 0.4],
      [0.8, 0.2],
    ],
    [[0.8, 0.2]],
    [
      [0.4, 0.2],
      [0.6, 0.4],
    ],
    [[0.6, 0.4]],
  ]);
  // A fork's line goes up to the lane it leaves.
  expect(seed!.lanes.map(([bar]) => bar!.up)).toEqual([0, 1, 2, 1]);
  expect(seed!.lanes.flat().map(({ done }) => done)).toEqual([1, 0.5, 0, 0, 1, 0.25, 0]);
  expect(seed!.ticks).toEqual([0, 40, 80, 100]);
});

test('a stage runs only when the stages that lead to it are complete', () => {
  const [seed] = layoutStageTree(tree);
  expect(Object.fromEntries(seed!.lanes.flat().map(({ stage: { id }, state }) => [id, state]))).toEqual({
    g1: 'complete',
    g2: 'running',
    g3: 'waiting',
    g4: 'waiting',
    g5: 'complete',
    g6: 'diverged',
    g7: 'waiting',
  });
  expect(seed!.running.map(({ stage: { id } }) => id)).toEqual(['g2']);
  const [hot] = layoutStageTree([
    stage('g1', null, 0, 40, { batch: 3, state: 'diverged', runs: ['r1', 'r2'] }),
    stage('g2', 'g1', 40, 80, { batch: 40, state: 'diverged', runs: ['r1'] }),
  ]);
  expect(hot!.lanes.flat().map(({ state }) => state)).toEqual(['diverged', 'unreached']);
});

test('batches of the tree, those trained, and what the runs take one by one', () => {
  // 40 + 20 + 40 + 40 + 40 + 20 + 20; four runs of 100.
  const totals = countBatches(tree);
  expect(totals).toEqual({ trained: 40 + 20 + 20 + 0 + 10, batches: 220, unshared: 400, mayGrow: false });
  expect(savedShare(totals)).toBe('45.0 %');
  expect(
    countBatches([stage('g1', null, 40, 60, { params: fork(40, 0.2, null), runs: ['r3', 'r4'], batch: 50 })]).mayGrow,
  ).toBe(false);
  expect(
    countBatches([
      stage('g1', null, 40, 60, { params: fork(40, 0.2, null), runs: ['r3', 'r4'], batch: 50, state: 'running' }),
    ]).mayGrow,
  ).toBe(true);
  expect(savedShare(countBatches([stage('g1', null, 0, 60)]))).toBeNull();
});

test('what is saved: before the phase, and in it until ε separates', () => {
  const timed = tree.map((each) =>
    each.id === 'g1' ? { ...each, seconds: 2 } : each.id === 'g5' ? { ...each, seconds: 0.5 } : each,
  );
  // 40 batches for three more runs, 40 for one more; 20 in the phase for one more.
  expect(countSavings(timed)).toEqual({
    shared: 3,
    single: 4,
    trunkBatches: 40 * 3 + 40,
    epsilonBatches: 20,
    takenBatches: 0,
    seconds: 2 * 3 + 0.5,
  });
  const { batches, unshared } = countBatches(tree);
  expect(unshared - batches).toBe(40 * 3 + 40 + 20);
});

test('batches that are taken from the trunk are saved and not trained', () => {
  const taken = stage('g4', 'g2', 40, 100, { params: fork(40, 0.2, 0.9), taken: 50 });
  expect(countBatches([taken])).toEqual({ trained: 10, batches: 10, unshared: 60, mayGrow: false });
  expect(countSavings([taken])).toEqual({
    shared: 0,
    single: 1,
    trunkBatches: 0,
    epsilonBatches: 0,
    takenBatches: 50,
    seconds: 0,
  });
  // Taken are 50 of 60 stored batches, 50 of 50, and none.
  expect([isTaken(taken), isTaken({ ...taken, batch: 90 }), isTaken(tree[0]!)]).toEqual([false, true, false]);
  const [bar] = layoutStageTree([taken])[0]!.lanes[0]!;
  expect(describeBar(bar!)).toBe(
    'Fork: batches 40 to 100, complete, wasm, 50 batches taken from the trunk, where L2 stays within ε',
  );
});

test('the path to a stage', () => {
  const { lanes } = layoutStageTree(tree)[0]!;
  expect([...pathTo(lanes, 'g6')]).toEqual(['g6', 'g5', 'g1']);
  expect([...pathTo(lanes, null)]).toEqual([]);
  expect([...pathTo(lanes, 'g99')]).toEqual([]);
});

test('seeds have trees of their own; switch batches too near to another have no number', () => {
  const trees = layoutStageTree([
    stage('g1', null, 0, 50),
    stage('g2', null, 0, 100, { seed: 7 }),
    ...[2, 50, 53, 97].map((N) => stage(`h${N}`, 'g2', N, 100, { seed: 7, params: fork(N, 0.2, 0.1) })),
  ]);
  expect(trees.map(({ seed, end, batches }) => [seed, end, batches])).toEqual([
    [0, 50, 50],
    [7, 100, 100 + 98 + 50 + 47 + 3],
  ]);
  expect(trees[1]!.ticks).toEqual([0, 50, 100]);
});

test('stages and lanes in words', () => {
  const bars = new Map(
    layoutStageTree(tree)[0]!
      .lanes.flat()
      .map((bar) => [bar.stage.id, bar]),
  );
  expect(describeBar(bars.get('g2')!)).toBe('Trunk of 2 runs: batches 40 to 80, running at 60 (50 %), wasm');
  expect(stageKind(bars.get('g5')!)).toBe('Shared by 2 runs that ε has not separated');
  expect(stageKind(bars.get('g4')!)).toBe('Fork');
  const atWork = layoutStageTree(tree.map((each) => (each.id === 'g2' ? { ...each, worker: 1 } : each)))[0]!
    .running[0]!;
  expect(describeBar(atWork)).toBe('Trunk of 2 runs: batches 40 to 80, running at 60 (50 %), worker 2, wasm');
  expect([barWords(atWork), barWords(bars.get('g2')!), barWords(bars.get('g4')!)]).toEqual([
    '2 runs, worker 2',
    '2 runs, running',
    '',
  ]);
  expect([phaseWords(atWork), phaseWords(bars.get('g5')!)]).toEqual(['', 'β = 0.2, N = 40']);

  const arm = (index: number, params: Partial<ArmItem['params']>, ablation: string | null = null): ArmItem => ({
    index,
    name: `arm ${index}`,
    ablation,
    control: ablation !== null,
    controlIndex: 0,
    params: { ...trunk, ...params } as ArmItem['params'],
  });
  const arms = [arm(0, {}, 'noIntra'), arm(1, fork(40, 0.2, 0.1)), arm(2, fork(40, 0.2, 0.3))];
  expect(armsLabel(arms.slice(1), ['beta', 'epsilon', 'N'])).toBe('β0.2 ε0.1|0.3 N40');
  expect(armsLabel(arms.slice(0, 1), ['beta'])).toBe('arm 0');
  expect(armsLabel(arms.slice(1, 2), [])).toBe('arm 1');
  expect(
    armsLabel(
      [arm(3, fork(40, 0.2, 0.1), 'hot'), arm(4, fork(40, 0.2, 0.3), 'hot')],
      ['epsilon', 'training.optimizer.learningRate'],
    ),
  ).toBe('hot ε0.1|0.3');
  expect(armsLabel(arms, ['epsilon'])).toBe('arm 0 · ε0.1|0.3');
});
