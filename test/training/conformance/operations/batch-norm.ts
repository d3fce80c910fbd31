import * as tf from '@tensorflow/tfjs-core';
import { batchNorm, BATCH_NORM_EPSILON } from '../../../../server/training/ops/batch-norm.ts';
import { map, slowTensor, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, fast, numbers, type Operation } from './operation.ts';

const shapes = [
  [6, 3],
  [4, 3, 5, 7],
  [1, 2, 2, 1],
  [1, 1, 3, 4],
  [64, 5, 5, 16],
  [9, 12],
  [16, 7, 7, 33],
];

/** A mean far from 0 takes digits away from everything that is left after it is subtracted. */
const WITHIN = 1e-4;

export const batchNorms: Operation[] = shapes.flatMap((shape) => {
  const channels = shape.at(-1)!;
  const x = numbers(shape, 1, [2, 4]);
  const [gamma, beta, dy] = [slowTensor([channels], 2), slowTensor([channels], 3), slowTensor(shape, 4)];
  return [
    {
      name: `batch norm of [${shape}] by its own moments`,
      kernels: ['BatchNormTraining', 'BatchNormTrainingGrad'],
      compare: () => {
        const running = { mean: tf.zeros([channels]) as tf.Tensor1D, variance: tf.ones([channels]) as tf.Tensor1D };
        const normalize = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
          batchNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, running, 'training');
        const { mean, variance } = normalize(fast(x), fast(gamma), fast(beta));
        const expected = slowBatchNorm(x, gamma, beta, dy);
        return [
          { what: 'mean', computed: mean, expected: expected.mean },
          { what: 'unbiased variance', computed: variance, expected: expected.variance },
          ...compareWithGradients(
            ((...at: [tf.Tensor, tf.Tensor, tf.Tensor]) => normalize(...at).y) as never,
            [x, gamma, beta],
            dy,
            expected,
            WITHIN,
          ),
        ];
      },
    },
    {
      name: `batch norm of [${shape}] by running moments that are frozen`,
      kernels: ['Multiply', 'Add', 'Rsqrt'],
      compare: () => {
        const [mean, variance] = [numbers([channels], 5, [2, 4]), numbers([channels], 6, [0.2, 2])];
        const running = { mean: fast(mean) as tf.Tensor1D, variance: fast(variance) as tf.Tensor1D };
        const scale = (c: number) => gamma.values[c]! / Math.sqrt(variance.values[c]! + 1e-3);
        const y = map(x, (value, i) => {
          const c = i % channels;
          return scale(c) * (value - mean.values[c]!) + beta.values[c]!;
        });
        const dx = map(dy, (value, i) => scale(i % channels) * value);
        const normalize = (x: tf.Tensor) =>
          batchNorm(x, fast(gamma) as tf.Tensor1D, fast(beta) as tf.Tensor1D, running, 'frozen', 1e-3).y;
        return compareWithGradients(normalize, [x], dy, { y, gradients: [dx] }, WITHIN);
      },
    },
    {
      name: `batch norm of [${shape}] by running moments`,
      kernels: ['FusedBatchNorm'],
      compare: () => {
        const [mean, variance] = [numbers([channels], 5, [2, 4]), numbers([channels], 6, [0.2, 2])];
        const running = { mean: fast(mean) as tf.Tensor1D, variance: fast(variance) as tf.Tensor1D };
        const { y } = batchNorm(fast(x), fast(gamma) as tf.Tensor1D, fast(beta) as tf.Tensor1D, running, 'inference');
        const normal = (value: number, c: number) =>
          (value - mean.values[c]!) / Math.sqrt(variance.values[c]! + BATCH_NORM_EPSILON);
        return [
          {
            what: 'y',
            computed: y,
            expected: map(
              x,
              (value, i) => gamma.values[i % channels]! * normal(value, i % channels) + beta.values[i % channels]!,
            ),
          },
        ];
      },
    },
  ];
});

/** Batch norm channel by channel, its gradient by writing out what each x_i does to the mean and to the variance. */
function slowBatchNorm(
  x: Slow,
  gamma: Slow,
  beta: Slow,
  dy: Slow,
): { y: Slow; mean: Slow; variance: Slow; gradients: Slow[] } {
  const channels = gamma.values.length;
  const n = x.values.length / channels;
  const [y, dx] = [
    { ...x, values: [...x.values] },
    { ...x, values: [...x.values] },
  ];
  const [mean, variance, dGamma, dBeta] = Array.from({ length: 4 }, () => ({
    ...gamma,
    values: [...gamma.values],
  })) as [Slow, Slow, Slow, Slow];
  for (let c = 0; c < channels; c++) {
    const at = Array.from({ length: n }, (_, i) => i * channels + c);
    const center = at.reduce((sum, i) => sum + x.values[i]!, 0) / n;
    const spread = at.reduce((sum, i) => sum + (x.values[i]! - center) ** 2, 0) / n;
    const deviation = Math.sqrt(spread + BATCH_NORM_EPSILON);
    const scale = gamma.values[c]!;
    const normal = (i: number): number => (x.values[i]! - center) / deviation;
    const dVariance = at.reduce(
      (sum, i) => sum - (0.5 * dy.values[i]! * scale * (x.values[i]! - center)) / deviation ** 3,
      0,
    );
    const dMean = at.reduce((sum, i) => sum - (dy.values[i]! * scale) / deviation, 0);
    for (const i of at) {
      y.values[i] = scale * normal(i) + beta.values[c]!;
      dx.values[i] = (dy.values[i]! * scale) / deviation + (dVariance * 2 * (x.values[i]! - center)) / n + dMean / n;
    }
    mean.values[c] = center;
    variance.values[c] = (spread * n) / Math.max(n - 1, 1);
    dGamma.values[c] = at.reduce((sum, i) => sum + dy.values[i]! * normal(i), 0);
    dBeta.values[c] = at.reduce((sum, i) => sum + dy.values[i]!, 0);
  }
  return { y, mean, variance, gradients: [dx, dGamma, dBeta] };
}
