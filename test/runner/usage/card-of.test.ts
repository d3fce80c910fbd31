import { expect, test } from 'vitest';
import { cardOf, isNvidia } from '../../../server/runner/usage/card-of.ts';
import type { CardSample } from '../../../server/runner/usage/card-sample.ts';

const card = (index: number): CardSample => ({ index, uuid: `GPU-0000000${index}`, use: 1, memory: 1, power: 1 });
const cards = [card(0), card(1), card(2)];

test('one card is the card; of several TensorFlow takes the first that it sees, and WebGPU nobody knows which', () => {
  expect(cardOf([card(3)], 'webgpu')).toEqual(card(3));
  expect(cardOf(cards, 'webgpu', '1')).toBeNull();
  expect(cardOf(cards, 'tensorflow', '0')).toEqual(card(0));
  expect(cardOf(cards, 'tensorflow', '2,1')).toEqual(card(2));
  expect(cardOf(cards, 'tensorflow', 'GPU-00000001')).toEqual(card(1));
  for (const none of ['', '7', '-1', 'MIG-1', 'NoDevFiles']) expect(cardOf(cards, 'tensorflow', none)).toBeNull();
  expect(cardOf([], 'tensorflow')).toBeNull();
});

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
