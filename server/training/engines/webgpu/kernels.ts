import { getKernel, registerKernel, unregisterKernel, type KernelConfig, type KernelFunc } from '@tensorflow/tfjs-core';
import { acos } from './kernels/acos.ts';
import { avgPool } from './kernels/avg-pool.ts';
import { avgPoolGrad } from './kernels/avg-pool-grad.ts';
import { batchMatMul } from './kernels/batch-mat-mul.ts';
import { batchNormTraining } from './kernels/batch-norm-training.ts';
import { batchNormTrainingGrad } from './kernels/batch-norm-training-grad.ts';
import { conv2d } from './kernels/conv2d.ts';
import { conv2dBackpropFilter } from './kernels/conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './kernels/conv2d-backprop-input.ts';
import { maxPool } from './kernels/max-pool.ts';
import { maxPoolGrad } from './kernels/max-pool-grad.ts';
import { reluGrad } from './kernels/relu-grad.ts';
import { sum } from './kernels/sum.ts';

/** Kernels that the backend lacks, or has in a form that is slow, inexact or loses NaN. */
const kernels: KernelConfig[] = [
  acos,
  avgPool,
  avgPoolGrad,
  batchNormTraining,
  batchNormTrainingGrad,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  maxPool,
  maxPoolGrad,
  reluGrad,
];

/** Kernels that do some cases themselves and leave the rest to the shipped one. */
const partial: ((shipped: KernelFunc) => KernelConfig)[] = [batchMatMul, conv2d, sum];

let registered = false;

/** Puts our kernels in the place of the shipped ones. */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  const around = partial.map((make) => make(getKernel(make(() => []).kernelName, 'webgpu').kernelFunc));
  for (const kernel of [...kernels, ...around]) {
    if (getKernel(kernel.kernelName, 'webgpu')) unregisterKernel(kernel.kernelName, 'webgpu');
    registerKernel(kernel);
  }
}
