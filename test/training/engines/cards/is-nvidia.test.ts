import { expect, test } from 'vitest';
import { isNvidia } from '../../../../server/training/engines/cards/is-nvidia.ts';

test('only cards of NVIDIA are what nvidia-smi speaks of', () => {
  for (const device of ['NVIDIA H200', 'GeForce GTX 1080, CUDA', 'Tesla V100-SXM2-16GB', 'nvidia ampere', 'GPU, CUDA'])
    expect([device, isNvidia(device)]).toEqual([device, true]);
  for (const device of [
    'AMD Radeon RX 6800',
    'Intel(R) Arc',
    'Apple M2',
    'SwiftShader Device, in software',
    'CPU, 1 thread; built for CUDA, but no NVIDIA driver is loaded',
  ])
    expect([device, isNvidia(device)]).toEqual([device, false]);
});
