import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OptimizerSettings } from '../../../server/sweep/settings.ts';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { clipByNorm } from '../../../server/training/optimizers/clip.ts';
import type { OptimizerScalars, OptimizerStructure } from '../../../server/training/optimizers/optimizer.ts';
import { buildOptimizer } from '../../../server/training/optimizers/build-optimizer.ts';
import { learningRate } from '../../../server/training/optimizers/schedule.ts';

beforeAll(async () => {
  await openWasm();
});

const eta = 0.1,
  mu = 0.9,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  lambda = 0.05;
const weight = [0.5, -2, 3];
const gradientAt = (t: number): number[] => [0.3 - t, 1 + 0.1 * t, -0.7];

/** Three steps of the optimiser itself. */
function train(structure: OptimizerStructure, decays = true): number[] {
  const optimizer = buildOptimizer(structure);
  let current: tf.Tensor = tf.tensor1d(weight);
  let slots: Record<string, tf.Tensor> = Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zeros([3])]));
  for (let t = 0; t < 3; t++) {
    const numbers = {
      learningRate: eta,
      momentum: mu,
      beta1,
      beta2,
      adamEpsilon: epsilon,
      weightDecay: lambda,
      clipNorm: 0,
      correction1: 1 - beta1 ** (t + 1),
      correction2: 1 - beta2 ** (t + 1),
    };
    const scalars = Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]),
    ) as unknown as OptimizerScalars;
    ({ weight: current, slots } = optimizer.update(
      { weight: current, gradient: tf.tensor1d(gradientAt(t)), slots, decays },
      scalars,
    ));
  }
  return [...current.dataSync()];
}

/** Three steps of one number, by the rule as its paper writes it. */
function byHand(
  start: number,
  index: number,
  rule: (w: number, g: number, slots: number[], t: number) => number,
): number {
  const slots = [0, 0];
  let w = start;
  for (let t = 0; t < 3; t++) w = rule(w, gradientAt(t)[index]!, slots, t);
  return w;
}

const adamStep = (g: number, slots: number[], t: number): number => {
  slots[0] = beta1 * slots[0]! + (1 - beta1) * g;
  slots[1] = beta2 * slots[1]! + (1 - beta2) * g * g;
  return slots[0]! / (1 - beta1 ** (t + 1)) / (Math.sqrt(slots[1]! / (1 - beta2 ** (t + 1))) + epsilon);
};

const cases: [string, OptimizerStructure, (w: number, g: number, slots: number[], t: number) => number][] = [
  ['sgd', { name: 'sgd', nesterov: false, decay: false, clip: false }, (w, g) => w - eta * g],
  [
    'sgd with weight decay',
    { name: 'sgd', nesterov: false, decay: true, clip: false },
    (w, g) => w - eta * (g + lambda * w),
  ],
  [
    'momentum',
    { name: 'momentum', nesterov: false, decay: false, clip: false },
    (w, g, slots) => w - eta * (slots[0] = mu * slots[0]! + g),
  ],
  [
    'Nesterov with weight decay',
    { name: 'momentum', nesterov: true, decay: true, clip: false },
    (w, g, slots) => {
      const decayed = g + lambda * w;
      slots[0] = mu * slots[0]! + decayed;
      return w - eta * (decayed + mu * slots[0]!);
    },
  ],
  [
    'adam',
    { name: 'adam', nesterov: false, decay: false, clip: false },
    (w, g, slots, t) => w - eta * adamStep(g, slots, t),
  ],
  [
    'adam with weight decay',
    { name: 'adam', nesterov: false, decay: true, clip: false },
    (w, g, slots, t) => w - eta * adamStep(g + lambda * w, slots, t),
  ],
  [
    'adamw',
    { name: 'adamw', nesterov: false, decay: true, clip: false },
    (w, g, slots, t) => w - eta * (adamStep(g, slots, t) + lambda * w),
  ],
];

describe('optimisers', () => {
  test.each(cases)('%s agrees with its formula over three steps', (_name, structure, rule) => {
    train(structure).forEach((value, i) => expect(value).toBeCloseTo(byHand(weight[i]!, i, rule), 5));
  });

  test('weight decay leaves biases and batch norm alone', () => {
    const structure: OptimizerStructure = { name: 'adamw', nesterov: false, decay: true, clip: false };
    expect(train(structure, false)).toEqual(train({ ...structure, decay: false }));
  });

  test('clipping scales all gradients together, and only where they are too long', () => {
    const gradients = { a: tf.tensor1d([3, 0]), b: tf.tensor1d([0, 4]) };
    const clipped = clipByNorm(gradients, tf.scalar(1));
    expect([...clipped.a!.dataSync(), ...clipped.b!.dataSync()].map((v) => Math.round(v * 1e5) / 1e5)).toEqual([
      0.6, 0, 0, 0.8,
    ]);
    expect([...clipByNorm(gradients, tf.scalar(6)).b!.dataSync()]).toEqual([0, 4]);
    expect([...clipByNorm({ a: tf.zeros([2]) }, tf.scalar(1)).a!.dataSync()]).toEqual([0, 0]);
  });
});

describe('the learning rate', () => {
  const settings = { learningRate: 0.1, warmup: 4, steps: [10, 20], decay: 0.5 } as OptimizerSettings;
  const at = (schedule: OptimizerSettings['schedule'], t: number): number =>
    learningRate({ ...settings, schedule }, 24, t);

  test('warms up to the full rate without a batch at 0', () => {
    expect([0, 1, 2, 3, 4].map((t) => at('constant', t))).toEqual([0.025, 0.05, 0.1 * 0.75, 0.1, 0.1]);
  });

  test('step halves at each listed batch', () => {
    expect([9, 10, 19, 20].map((t) => at('step', t))).toEqual([0.1, 0.05, 0.05, 0.025]);
  });

  test('cosine falls from the full rate through half of it towards 0', () => {
    expect(at('cosine', 4)).toBeCloseTo(0.1, 12);
    expect(at('cosine', 14)).toBeCloseTo(0.05, 12);
    expect(at('cosine', 23)).toBeCloseTo(0.05 * (1 + Math.cos((Math.PI * 19) / 20)), 12);
    expect(at('cosine', 23)).toBeGreaterThan(0);
  });

  test('a warm-up longer than the run does not divide by zero', () => {
    expect(learningRate({ ...settings, schedule: 'cosine', warmup: 24 }, 24, 23)).toBe(0.1);
  });
});
