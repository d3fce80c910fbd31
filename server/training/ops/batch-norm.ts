import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/** Added to the variance before its root is taken, as in PyTorch and Keras' fused layer. */
export const BATCH_NORM_EPSILON = 1e-5;

export interface Moments {
  /** [C] */
  mean: Tensor1D;
  /** [C] */
  variance: Tensor1D;
}

/** `training` normalises by the moments of the batch; `inference` and `frozen` by the running ones. */
export type BatchNormMode = 'training' | 'inference' | 'frozen';

/**
 * Batch normalisation over every dimension but the last (Ioffe and Szegedy, 2015, algorithms 1 and 2):
 *
 *     y = γ · (x − μ) / √(σ² + ε) + β
 *
 * - x [B, C] or [B, H, W, C]; gamma, beta [C]; y has the shape of x.
 * - `training`: μ and σ² are the moments of this batch (σ² biased, divided by n); gradients flow through them to x.
 *   Returned are μ and the *unbiased* variance (divided by n − 1), from which running statistics are averaged. No
 *   gradient flows through these two.
 * - `inference`: μ and σ² are `running`, and `running` is returned.
 * - `frozen`: the same as a product and a sum, γ / √(σ² + ε) · x + (β − μ · γ / √(σ² + ε)), through which the gradient
 *   of x costs one product. In evaluation engines have one operation for it, whose gradient they have not.
 *
 * Running statistics are state, so averaging them is left to the step: running′ = running + 0.1 · (returned − running).
 *
 * Example: x = [[1], [3]], γ = 2, β = 0: y = [[−2], [2]], mean [2], variance [2].
 */
export function batchNorm<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  running: Moments,
  mode: BatchNormMode,
  epsilon: number = BATCH_NORM_EPSILON,
): { y: T } & Moments {
  if (mode === 'inference') {
    const y = tf.batchNorm(x, running.mean, running.variance, beta, gamma, epsilon) as T;
    return { y, mean: running.mean, variance: running.variance };
  }
  if (mode === 'frozen') return { y: normalizeByRunning(x, gamma, beta, running, epsilon), ...running };
  const channels = gamma.shape[0];
  // [B, H, W, C]
  const images = x.rank === 4 ? (x as Tensor as Tensor4D) : (tf.reshape(x, [-1, 1, 1, channels]) as Tensor4D);
  const { y, mean, variance } = normalizeByBatch(images, gamma, beta, epsilon);
  return { y: (x.rank === 4 ? y : tf.reshape(y, x.shape)) as Tensor as T, mean, variance };
}

function normalizeByRunning<T extends Tensor>(
  x: T,
  gamma: Tensor1D,
  beta: Tensor1D,
  { mean, variance }: Moments,
  epsilon: number,
): T {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon))); // [C]
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
}

/** Results of a normalisation's forward pass; `saved` are the tensors that its gradient needs. */
interface Normalized extends Moments {
  y: Tensor4D;
  saved: Tensor[];
}

function normalizeByBatch(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number): { y: Tensor4D } & Moments {
  const native = nativeKernel('BatchNormTraining');
  const forward = native ? forwardNative : forwardComposed;
  const backward = native ? backwardNative : backwardComposed;
  // A custom gradient has one output; the moments leave its scope by `keep` and enter the caller's as clones.
  let moments: Moments | undefined;
  const withGradient = tf.customGrad((x, gamma, beta, save) => {
    const { y, mean, variance, saved } = forward(x as Tensor4D, gamma as Tensor1D, beta as Tensor1D, epsilon);
    moments = { mean: tf.keep(mean), variance: tf.keep(variance) };
    (save as unknown as (tensors: Tensor[]) => void)([x as Tensor, gamma as Tensor, ...saved]);
    return { value: y, gradFunc: (dy, saved) => backward(dy as Tensor4D, saved, epsilon) };
  });
  const y = withGradient(x, gamma, beta) as Tensor4D;
  const { mean, variance } = moments!;
  const result = { y, mean: mean.clone(), variance: variance.clone() };
  mean.dispose();
  variance.dispose();
  return result;
}

/**
 * Kernel `BatchNormTraining` ({x, gamma, beta}) → y, mean, unbiased variance, then the tensors that
 * `BatchNormTrainingGrad` needs.
 */
function forwardNative(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number): Normalized {
  const kernel = nativeKernel('BatchNormTraining')!;
  const [y, mean, variance, ...saved] = kernel({ x, gamma, beta }, { epsilon });
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D, saved };
}

/** Kernel `BatchNormTrainingGrad` ({dy, x, gamma, saved0, saved1, …}) → dx, dγ, dβ. */
function backwardNative(dy: Tensor4D, [x, gamma, ...saved]: Tensor[], epsilon: number): Tensor[] {
  const kernel = nativeKernel('BatchNormTrainingGrad')!;
  const inputs = Object.fromEntries(saved.map((tensor, i) => [`saved${i}`, tensor]));
  return kernel({ dy, x: x!, gamma: gamma!, ...inputs }, { epsilon });
}

function forwardComposed(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number): Normalized {
  const count = x.size / gamma.size;
  const mean = tf.mean(x, [0, 1, 2]) as Tensor1D; // [C]
  const centered = tf.sub(x, mean); // [B, H, W, C]
  const biased = tf.mean(tf.mul(centered, centered), [0, 1, 2]) as Tensor1D; // [C]
  const inverse = tf.rsqrt(tf.add(biased, epsilon)); // [C]
  const y = tf.add(tf.mul(centered, tf.mul(gamma, inverse)), beta) as Tensor4D; // [B, H, W, C]
  const variance = tf.mul(biased, count / Math.max(count - 1, 1)) as Tensor1D; // [C]
  return { y, mean, variance, saved: [mean, inverse] };
}

/** With x̂ = (x − μ) / σ and n values per channel: dx = γ / σ · (dy − (Σ dy + x̂ · Σ dy·x̂) / n). */
function backwardComposed(dy: Tensor4D, [x, gamma, mean, inverse]: Tensor[]): Tensor[] {
  const count = x!.size / gamma!.size;
  const normalized = tf.mul(tf.sub(x!, mean!), inverse!); // [B, H, W, C]
  const dBeta = tf.sum(dy, [0, 1, 2]); // [C]
  const dGamma = tf.sum(tf.mul(dy, normalized), [0, 1, 2]); // [C]
  const common = tf.div(tf.add(dBeta, tf.mul(normalized, dGamma)), count); // [B, H, W, C]
  const dx = tf.mul(tf.sub(dy, common), tf.mul(gamma!, inverse!)); // [B, H, W, C]
  return [dx, dGamma, dBeta];
}
