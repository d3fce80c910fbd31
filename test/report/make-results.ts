import type { Arm } from '../../server/sweep/arm.ts';
import type { Curve, RunResult, SweepResults } from '../../server/sweep/results.ts';
import type { LossSettings, OwnTraining } from '../../server/sweep/settings.ts';

/** Small sweeps made by hand, for the tests of the report. */

const LOSS: LossSettings = {
  s: 30,
  m: 0.35,
  truncation: 'batch',
  distance: 'cosine',
  centerUpdate: 'cumulative',
  centerRate: 0.1,
  centerSpace: 'unit',
  centerOrder: 'updateThenLoss',
  crossEntropyHead: 'linear',
};

const TRAINING: OwnTraining = {
  dataset: {
    name: 'glyphs',
    classes: 10,
    train: 1000,
    seed: 0,
    validation: 0.1,
    splitSeed: 0,
    augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
    limit: null,
  },
  model: { name: 'cnn-small', embedding: 64, dropout: 0 },
  optimizer: {
    name: 'momentum',
    learningRate: 0.01,
    momentum: 0.9,
    nesterov: false,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    schedule: 'cosine',
    warmup: 20,
    steps: [],
    decay: 0.1,
    clipNorm: null,
  },
  batchSize: 64,
  batches: 400,
  evalEvery: 100,
};

/** An arm in force from N = 200 on, with arm 0 as its control, unless said otherwise. */
export function makeArm(index: number, settings: Partial<Arm> = {}): Arm {
  return {
    index,
    name: `arm${index}`,
    ablation: null,
    control: false,
    controlIndex: 0,
    parents: [],
    alpha: 0.5,
    beta: 0.1,
    gamma: 1,
    epsilon: 0.02,
    N: 200,
    swept: {},
    loss: LOSS,
    training: TRAINING,
    ...settings,
  };
}

export function makeControl(index: number, settings: Partial<Arm> = {}): Arm {
  return makeArm(index, {
    name: 'noIntra',
    ablation: 'noIntra',
    control: true,
    controlIndex: null,
    beta: 0,
    ...settings,
  });
}

/** A curve whose last evaluation is `value`: at batches 100, 200, … of 400 it is a little lower. */
export function risingTo(value: number): Curve {
  return { batches: [0, 100, 200, 300, 400], values: [0.1, value - 0.3, value - 0.2, value - 0.1, value] };
}

export function makeRun(arm: number, seed: number, settings: Partial<RunResult> = {}): RunResult {
  return {
    id: `r${arm * 100 + seed}`,
    arm,
    seed,
    state: 'complete',
    engine: 'wasm',
    device: 'CPU, 1 thread',
    versions: {},
    bits: null,
    seconds: 10,
    error: null,
    curves: {},
    confusion: null,
    evaluated: { val: 10_000, test: 0 },
    intraDead: false,
    dataFingerprint: 'abcdef0123456789abcdef',
    ...settings,
  };
}

/** A complete sweep of val/accuracy: `finals[arm][seed]` is the last evaluation; null leaves the run out. */
export function makeResults(
  arms: Arm[],
  finals: readonly (readonly (number | null)[])[],
  settings: Partial<SweepResults> = {},
): SweepResults {
  const seeds = finals[0]!.map((_, seed) => seed);
  const runs = finals.flatMap((values, arm) =>
    values.flatMap((value, seed) =>
      value === null ? [] : [makeRun(arm, seed, { curves: { 'val/accuracy': risingTo(value) } })],
    ),
  );
  return {
    id: 's1',
    name: 'made by hand',
    state: 'complete',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    arms,
    seeds,
    runs,
    seconds: 10 * runs.length,
    usage: null,
    looks: 1,
    armsBefore: [],
    ...settings,
  };
}

/** The same with a failed run for each that is left out. */
export function withFailures(results: SweepResults): SweepResults {
  const has = (arm: number, seed: number) => results.runs.some((run) => run.arm === arm && run.seed === seed);
  const failed = results.arms.flatMap(({ index }) =>
    results.seeds.flatMap((seed) => (has(index, seed) ? [] : [makeRun(index, seed, { state: 'failed' })])),
  );
  return { ...results, runs: [...results.runs, ...failed] };
}
