/** The process of one engine in `bench recording`. Argument: the engine. Prints its `Turns` as JSON on one line. */
import * as tf from '@tensorflow/tfjs-core';
import { CurveBuffer } from '../../server/training/curve-buffer.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import type { CompiledStep, EngineName, Tensors } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { evaluate } from '../../server/training/evaluate.ts';
import {
  betaAt,
  buildNetwork,
  freshState,
  scalarsAt,
  structureAt,
  type RunSettings,
} from '../../server/training/network.ts';
import { learningRate } from '../../server/training/optimizers/schedule.ts';
import { PendingMetrics } from '../../server/training/pending-metrics.ts';
import { onResidentImages } from '../../server/training/resident-images.ts';
import { toDevice } from '../../server/training/state.ts';
import { StepCache } from '../../server/training/step-cache.ts';
import { stepMetrics } from '../../server/training/step.ts';
import { buildBareStep } from './bare-step.ts';

/**
 * Milliseconds, per batch where batches are trained. `cpu` is the processor time of the process. Other work on the
 * machine counts in `wall`, but not in `cpu`.
 */
export interface Turn {
  wall: number;
  cpu: number;
}

/** `product[i]` and `bare[i]` were taken one after the other. */
export interface Phase {
  product: Turn[];
  bare: Turn[];
}

export interface Turns {
  device: string;
  versions: Record<string, string>;
  before: Phase;
  after: Phase;
  /** Milliseconds of one evaluation of `evaluated` images. */
  evaluation: Turn[];
  evaluated: number;
}

/** Batches a turn; the product reads its losses once in so many, as `fit` does. */
const TURN = 25;
const ROUNDS = 15;
const BATCHES = 400;
const N = 200;

const settings: RunSettings = {
  alpha: 0.5,
  beta: 0.1,
  gamma: 1,
  epsilon: 0.02,
  N,
  loss: {
    s: 30,
    m: 0.35,
    truncation: 'batch',
    distance: 'cosine',
    centerUpdate: 'cumulative',
    centerRate: 0.1,
    centerSpace: 'unit',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  },
  training: {
    dataset: {
      name: 'glyphs',
      classes: 10,
      train: 4000,
      seed: 0,
      validation: 1000,
      splitSeed: 0,
      limit: null,
      augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
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
    batches: BATCHES,
    evalEvery: 100,
  },
};

const engine = await openEngine(process.argv[2] as EngineName);
const network = buildNetwork(settings, await loadDataset(settings.training.dataset, { baseFolder: '.', seed: 0 }));
const steps = new StepCache(engine);
// Drawn once: drawing batches is no part of the comparison.
const batches = Array.from({ length: TURN }, (_, t) => steps.batch(network, 0, t));

const turns: Turns = {
  device: engine.device,
  versions: engine.versions,
  before: await comparePhase(0),
  after: await comparePhase(N),
  ...(await timeEvaluations()),
};
console.log(JSON.stringify(turns));
await engine.close();
process.exit(0);

/**
 * Times both steps from batch `first` on, turn by turn. The step that begins changes every round, and every turn starts
 * from the same state.
 */
async function comparePhase(first: number): Promise<Phase> {
  const product = steps.training(network, first);
  const state = toDevice(freshState(network, 0));
  const step = buildBareStep(network.model, structureAt(network, first));
  const bare = engine.compile('residentImages' in batches[0]! ? onResidentImages(step) : step, {
    state,
    batch: batches[0]!,
    scalars: scalarsAt(network, first),
  });
  tf.dispose(state);
  await expectSameUpdate(product, bare, first);
  const phase: Phase = { product: [], bare: [] };
  await productTurn(product, first);
  await bareTurn(bare, first);
  for (let round = 0; round < ROUNDS; round++) {
    const inTurn = [
      async () => void phase.product.push(await productTurn(product, first)),
      async () => void phase.bare.push(await bareTurn(bare, first)),
    ];
    for (const turn of round % 2 === 0 ? inTurn : inTurn.reverse()) await turn();
  }
  bare.dispose();
  return phase;
}

/**
 * Trains as `fit` does: the step with everything that it measures, its numbers kept on the device, read and sorted into
 * curves.
 */
async function productTurn(step: CompiledStep, first: number): Promise<Turn> {
  const curves = new CurveBuffer();
  const pending = new PendingMetrics();
  const rows = stepMetrics(structureAt(network, first));
  const turn = await timeTurn(
    step,
    first,
    (t, outputs) => pending.push(t, rows, outputs.metrics!),
    async () => {
      for (const { t, metrics } of await pending.read()) {
        for (const { name, value } of metrics) curves.add(name, t, value);
        curves.add('train/beta', t, betaAt(settings, t));
        curves.add('train/learningRate', t, learningRate(settings.training.optimizer, BATCHES, t));
      }
    },
  );
  curves.take();
  return turn;
}

function bareTurn(step: CompiledStep, first: number): Promise<Turn> {
  return timeTurn(
    step,
    first,
    () => {},
    async () => {},
  );
}

async function timeTurn(
  step: CompiledStep,
  first: number,
  take: (t: number, outputs: Tensors) => void,
  end: () => Promise<void>,
): Promise<Turn> {
  let state = toDevice(freshState(network, 0));
  await state['weights/head/bias']!.data();
  const watch = startWatch();
  for (const [i, batch] of batches.entries()) {
    const result = step.run(state, batch, scalarsAt(network, first + i));
    tf.dispose(state);
    state = result.state;
    take(first + i, result.outputs);
  }
  await state['weights/head/bias']!.data(); // an engine may still be at work
  await end();
  const { wall, cpu } = watch();
  tf.dispose(state);
  return { wall: wall / TURN, cpu: cpu / TURN };
}

async function timeEvaluations(): Promise<{ evaluation: Turn[]; evaluated: number }> {
  const state = toDevice(freshState(network, 0));
  const evaluation: Turn[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const watch = startWatch();
    await evaluate(steps, network, state, 'val', 0);
    evaluation.push(watch());
  }
  tf.dispose(state);
  return { evaluation, evaluated: network.dataset.validation.count };
}

function startWatch(): () => Turn {
  const start = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { wall: performance.now() - start, cpu: (user + system) / 1000 };
  };
}

/**
 * A comparison is worth something only where both do the same: one batch from the same state has to end in the same
 * weights.
 */
async function expectSameUpdate(product: CompiledStep, bare: CompiledStep, first: number): Promise<void> {
  const state = toDevice(freshState(network, 0));
  const after = [product, bare].map((step) => step.run(state, batches[0]!, scalarsAt(network, first)));
  for (const name of Object.keys(state)) {
    const [one, other] = await Promise.all(after.map((result) => result.state[name]!.data<'float32'>()));
    const apart = one!.reduce((most, value, i) => Math.max(most, Math.abs(value - other![i]!)), 0);
    if (!(apart < 1e-5))
      throw new Error(
        `Cannot compare the steps: after one batch ${name} differs by ${apart}; less than 1e-5 is wanted`,
      );
  }
  tf.dispose([state, after]);
}
