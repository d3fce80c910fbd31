import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { UserError } from '../sweep/user-error.ts';
import type { Engine, Step, Tensors } from './engine.ts';
import type { Centers } from './losses/centers.ts';
import { combinedLoss, type LossScalars, type TermsInForce } from './losses/combined.ts';
import { intraClass } from './losses/intra-class.ts';
import { truncate } from './losses/truncation.ts';

/**
 * Reference cases of the loss: inputs and options, with the terms, centers and gradients that float64 gives for them.
 * Comparing an engine with them shows whether it computes the loss right.
 */

const matrix = z.array(z.array(z.number()));
const centersShape = z.object({ sum: matrix, count: z.array(z.number()), center: matrix });

const caseShape = z.object({
  name: z.string(),
  options: z.object({
    alpha: z.number(),
    beta: z.number(),
    gamma: z.number(),
    epsilon: z.number(),
    N: z.number(),
    batch: z.number(),
    s: z.number(),
    m: z.number(),
    centerRate: z.number(),
    centerUpdate: z.enum(['cumulative', 'ema', 'wen', 'batch']),
    centerSpace: z.enum(['unit', 'raw']),
    centerOrder: z.enum(['updateThenLoss', 'lossThenUpdate']),
    distance: z.enum(['cosine', 'angle', 'euclidean']),
    truncation: z.enum(['batch', 'sample', 'class', 'none']),
    crossEntropyHead: z.enum(['linear', 'cosine']),
  }),
  features: matrix,
  weights: matrix,
  bias: z.array(z.number()),
  labels: z.array(z.number()),
  centersBefore: centersShape,
  expected: z.object({
    interClass: z.number(),
    intraClass: z.number(),
    truncated: z.number(),
    crossEntropy: z.number(),
    total: z.number(),
    centersAfter: centersShape,
    gradFeatures: matrix,
    gradWeights: matrix,
    gradBias: z.array(z.number()),
  }),
});

export type LossCase = z.infer<typeof caseShape>;

export interface LossCaseResult {
  name: string;
  passed: boolean;
  /** Largest error of each kind, as a multiple of the error that is allowed: up to 1 passes. NaN counts as infinite. */
  errors: { terms: number; centers: number; gradients: number };
}

export interface LossCasesReport {
  cases: number;
  passed: number;
  /** Largest error of each kind over all cases, as a multiple of the error that is allowed. */
  worst: { terms: number; centers: number; gradients: number };
  results: LossCaseResult[];
}

/**
 * Terms and centers: |a − b| ≤ 2e−5·max(1, |b|). Gradients: within 2e−4 of the largest entry; acos is steep, so `angle`
 * may use 2e−3.
 */
const TOLERANCE = { value: 2e-5, gradient: 2e-4, angleGradient: 2e-3, smallestGradient: 1e-6 };

/** @throws {UserError} where the text is not a file of reference cases */
export function parseLossCases(text: string, file: string): LossCase[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read reference cases from ${file}: it is not JSON (${(error as Error).message})`);
  }
  const parsed = z.object({ cases: z.array(caseShape).min(1) }).safeParse(document);
  if (parsed.success) return parsed.data.cases;
  const [problem] = parsed.error.issues;
  throw new UserError(
    `Cannot read reference cases from ${file}: at ${problem!.path.join('.') || 'the top'}: ${problem!.message}`,
  );
}

/** Computes every case on the engine, through its compiler, in float32. */
export async function checkLossCases(cases: LossCase[], engine: Engine): Promise<LossCasesReport> {
  const results: LossCaseResult[] = [];
  for (const one of cases) results.push(await check(one, engine));
  const worst = { terms: 0, centers: 0, gradients: 0 };
  for (const { errors } of results) {
    for (const kind of ['terms', 'centers', 'gradients'] as const) worst[kind] = Math.max(worst[kind], errors[kind]);
  }
  return { cases: cases.length, passed: results.filter((result) => result.passed).length, worst, results };
}

async function check(one: LossCase, engine: Engine): Promise<LossCaseResult> {
  const computed = await compute(one, engine);
  const { expected, options } = one;
  const terms = Math.max(
    ...(['interClass', 'intraClass', 'truncated', 'crossEntropy', 'total'] as const).map((name) =>
      valueError(computed[name]!, [expected[name]]),
    ),
  );
  const { sum, count, center } = expected.centersAfter;
  const centers = Math.max(
    valueError(computed.sum!, sum.flat()),
    valueError(computed.count!, count),
    valueError(computed.center!, center.flat()),
  );
  const gradients = Math.max(
    ...[
      gradientError(computed.gradFeatures!, expected.gradFeatures.flat(), options.distance === 'angle'),
      gradientError(computed.gradWeights!, expected.gradWeights.flat(), options.distance === 'angle'),
      gradientError(computed.gradBias!, expected.gradBias, options.distance === 'angle'),
    ],
  );
  return {
    name: one.name,
    passed: terms <= 1 && centers <= 1 && gradients <= 1,
    errors: { terms, centers, gradients },
  };
}

async function compute(one: LossCase, engine: Engine): Promise<Record<string, ArrayLike<number>>> {
  const { alpha, beta, gamma, epsilon, s, m, centerRate } = one.options;
  const state: Tensors = {
    features: tf.tensor2d(one.features),
    weights: tf.tensor2d(one.weights),
    bias: tf.tensor1d(one.bias),
    sum: tf.tensor2d(one.centersBefore.sum),
    count: tf.tensor1d(one.centersBefore.count),
    center: tf.tensor2d(one.centersBefore.center),
  };
  const batch: Tensors = { labels: tf.tensor1d(one.labels, 'int32') };
  const scalars = { alpha, beta, gamma, epsilon, s, m, centerRate };
  const step = engine.compile(lossStep(one), { state, batch, scalars });
  const { state: unchanged, outputs } = step.run(state, batch, scalars);
  const values = await Promise.all(
    Object.entries(outputs).map(async ([name, tensor]) => [name, Array.from(await tensor.data())] as const),
  );
  tf.dispose([state, batch, unchanged, outputs]);
  step.dispose();
  return Object.fromEntries(values);
}

/** The loss alone as a step: everything that a case expects is an output. */
function lossStep({ options, bias }: LossCase): Step {
  const inForce: TermsInForce = {
    crossEntropy: options.gamma > 0,
    interClass: options.alpha > 0,
    intraClass: options.beta > 0 && options.batch >= options.N,
  };
  return (state, batch, scalars) => {
    const { features, weights, bias: offset, sum, count, center } = state as Record<string, tf.Tensor>;
    const before = { sum, count, center } as Centers;
    const oneHot = tf.cast(tf.oneHot(batch.labels as tf.Tensor1D, bias.length), 'float32');
    const loss = combinedLoss(features!, weights!, offset!, oneHot, before, scalars as LossScalars, options, inForce);
    // Training computes the truncated term only where it is in force; the cases state it always.
    const around = options.centerOrder === 'updateThenLoss' ? loss.centers : before;
    const truncated =
      loss.terms.truncated ??
      truncate(intraClass(features!, oneHot, around, options.distance), oneHot, scalars.epsilon!, options.truncation);
    return {
      state: {},
      outputs: {
        ...loss.terms,
        truncated,
        ...loss.centers,
        gradFeatures: loss.gradients.features,
        gradWeights: loss.gradients.weights,
        gradBias: loss.gradients.bias,
      },
    };
  };
}

function valueError(computed: ArrayLike<number>, expected: number[]): number {
  return largest(
    expected.map((value, i) => Math.abs(computed[i]! - value) / (TOLERANCE.value * Math.max(1, Math.abs(value)))),
  );
}

function gradientError(computed: ArrayLike<number>, expected: number[], angle: boolean): number {
  const scale = Math.max(largest(expected.map(Math.abs)), TOLERANCE.smallestGradient);
  const allowed = (angle ? TOLERANCE.angleGradient : TOLERANCE.gradient) * scale;
  return largest(expected.map((value, i) => Math.abs(computed[i]! - value) / allowed));
}

/** The largest error; an error that is NaN counts as infinite. */
function largest(errors: number[]): number {
  return errors.reduce((worst, error) => (error <= worst ? worst : Number.isNaN(error) ? Infinity : error), 0);
}
