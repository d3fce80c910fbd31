import type { TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, floats, release, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { inStretches } from '../stretches.ts';

/**
 * The gradients of batch normalisation by the batch's moments. With x̂ = (x − μ)/σ and n points:
 *
 *     dβ = Σ dy,  dγ = Σ dy·x̂,  dx = γ/σ · (dy − (dβ + x̂·dγ)/n)
 */
export const batchNormTrainingGrad = wasmKernel('BatchNormTrainingGrad', ({ inputs, backend }: WasmCall) => {
  // saved: μ and 1/σ, [2, C]
  const { dy, x, gamma, saved0: saved } = inputs as Record<'dy' | 'x' | 'gamma' | 'saved0', TensorInfo>;
  const channels = gamma.shape[0]!;
  const points = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const dx = backend.makeOutput(x.shape, 'float32');
  const dGamma = zeros(backend, [channels]);
  const dBeta = zeros(backend, [channels]);
  const coefficients = backend.makeOutput([3, channels], 'float32'); // of x − μ, of dy, and what is added
  const { addSums, addCenteredProducts, combineCentered } = assembledFunctions(backend);
  const bytes = 4 * channels;
  const [from, gradient, to, mean] = [x, dy, dx, saved].map((tensor) => addressOf(backend, tensor)) as [
    number,
    number,
    number,
    number,
  ];
  const [slope, gain, shift] = [0, 1, 2].map((row) => addressOf(backend, coefficients) + row * bytes) as [
    number,
    number,
    number,
  ];

  inStretches(points, channels, (first, count) => {
    addSums(gradient + first * bytes, addressOf(backend, dBeta), count, channels);
    addCenteredProducts(
      from + first * bytes,
      gradient + first * bytes,
      mean,
      addressOf(backend, dGamma),
      count,
      channels,
    );
  });
  const inverses = floats(backend, saved).subarray(channels);
  const [gammas, dGammas, dBetas, row] = [gamma, dGamma, dBeta, coefficients].map((tensor) =>
    floats(backend, tensor),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let c = 0; c < channels; c++) {
    const inverse = inverses[c]!;
    const factor = gammas[c]! * inverse;
    dGammas[c] = dGammas[c]! * inverse;
    row[c] = (-factor * inverse * dGammas[c]!) / points;
    row[channels + c] = factor;
    row[2 * channels + c] = (-factor * dBetas[c]!) / points;
  }

  inStretches(points, channels, (first, count) =>
    combineCentered(
      from + first * bytes,
      gradient + first * bytes,
      mean,
      slope,
      gain,
      shift,
      to + first * bytes,
      count,
      channels,
    ),
  );
  release(backend, coefficients);
  return [dx, dGamma, dBeta];
});
