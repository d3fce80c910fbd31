import type { TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, floats, release, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { inStretches } from '../stretches.ts';

interface Attributes {
  epsilon: number;
}

/**
 * Batch normalisation by the moments of the batch, in three passes where the composition takes ten:
 *
 *     y = (x − μ)·γ/σ + β
 *
 * Outputs: y, μ [C], the unbiased variance [C], and for the gradient μ and 1/σ in one tensor [2, C].
 */
export const batchNormTraining = wasmKernel<Attributes>(
  'BatchNormTraining',
  ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
    const { x, gamma, beta } = inputs as { x: TensorInfo; gamma: TensorInfo; beta: TensorInfo };
    const channels = gamma.shape[0]!;
    const points = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
    const y = backend.makeOutput(x.shape, 'float32');
    const mean = zeros(backend, [channels]);
    const variance = zeros(backend, [channels]);
    const saved = backend.makeOutput([2, channels], 'float32');
    const scale = backend.makeOutput([channels], 'float32');
    const { addSums, addCenteredSquares, scaleCentered } = assembledFunctions(backend);
    const [from, to, center] = [addressOf(backend, x), addressOf(backend, y), addressOf(backend, mean)];
    const bytes = 4 * channels;

    inStretches(points, channels, (first, count) => addSums(from + first * bytes, center, count, channels));
    const means = floats(backend, mean);
    for (let c = 0; c < channels; c++) means[c] = means[c]! / points;

    inStretches(points, channels, (first, count) =>
      addCenteredSquares(from + first * bytes, center, addressOf(backend, variance), count, channels),
    );
    const variances = floats(backend, variance);
    const back = floats(backend, saved);
    const [factors, gammas] = [floats(backend, scale), floats(backend, gamma)];
    for (let c = 0; c < channels; c++) {
      const sum = variances[c]!;
      const inverse = 1 / Math.sqrt(sum / points + attrs.epsilon);
      variances[c] = sum / Math.max(points - 1, 1);
      back[c] = means[c]!;
      back[channels + c] = inverse;
      factors[c] = gammas[c]! * inverse;
    }

    inStretches(points, channels, (first, count) =>
      scaleCentered(
        from + first * bytes,
        center,
        addressOf(backend, scale),
        addressOf(backend, beta),
        to + first * bytes,
        count,
        channels,
      ),
    );
    release(backend, scale);
    return [y, mean, variance, saved];
  },
);
