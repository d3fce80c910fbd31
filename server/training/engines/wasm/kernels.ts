import { getKernel, registerKernel, unregisterKernel, type KernelConfig, type KernelFunc } from '@tensorflow/tfjs-core';
import { add } from './kernels/add.ts';
import { avgPool } from './kernels/avg-pool.ts';
import { avgPoolGrad } from './kernels/avg-pool-grad.ts';
import { batchMatMul } from './kernels/batch-mat-mul.ts';
import { batchNormTraining } from './kernels/batch-norm-training.ts';
import { batchNormTrainingGrad } from './kernels/batch-norm-training-grad.ts';
import { clipByValue } from './kernels/clip-by-value.ts';
import { conv2d } from './kernels/conv2d.ts';
import { conv2dBackpropFilter } from './kernels/conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './kernels/conv2d-backprop-input.ts';
import { depthwiseConv2dBackpropFilter } from './kernels/depthwise-conv2d-backprop-filter.ts';
import { depthwiseConv2dBackpropInput } from './kernels/depthwise-conv2d-backprop-input.ts';
import { identity } from './kernels/identity.ts';
import { maxPool } from './kernels/max-pool.ts';
import { maxPoolGrad } from './kernels/max-pool-grad.ts';
import { maximum } from './kernels/maximum.ts';
import { minimum } from './kernels/minimum.ts';
import { reluGrad } from './kernels/relu-grad.ts';
import { sum } from './kernels/sum.ts';
import { tile } from './kernels/tile.ts';

/** Kernels that the wasm backend lacks, or has in a form too slow to train with. */
const kernels: KernelConfig[] = [
  avgPool,
  avgPoolGrad,
  batchMatMul,
  batchNormTraining,
  batchNormTrainingGrad,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  identity,
  maxPool,
  maxPoolGrad,
  reluGrad,
  tile,
];

/** Kernels that do some cases themselves and leave the rest to the shipped one. */
const partial: ((shipped: KernelFunc) => KernelConfig)[] = [add, clipByValue, conv2d, maximum, minimum, sum];

let registered = false;

/**
 * Puts our kernels in the place of the shipped ones. Must run before the backend starts, which sets up the kernels that
 * it finds.
 */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  for (const kernel of kernels) replace(kernel);
  for (const around of partial) {
    const { kernelName } = around(() => []);
    replace(around(getKernel(kernelName, 'wasm').kernelFunc));
  }
}

function replace(kernel: KernelConfig): void {
  const shipped = getKernel(kernel.kernelName, 'wasm');
  if (shipped) unregisterKernel(kernel.kernelName, 'wasm');
  // The shipped kernel's set-up stays, since our kernel may call the shipped one.
  const { setupFunc } = shipped ?? {};
  registerKernel(setupFunc ? { ...kernel, setupFunc } : kernel);
}
