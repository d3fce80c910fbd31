import { expect, test } from 'vitest';
import { cardOf } from '../../../server/runner/usage/card-of.ts';
import type { CardSample } from '../../../server/runner/usage/card-sample.ts';

const card = (index: number, name = 'NVIDIA H200'): CardSample => ({
  index,
  uuid: `GPU-0000000${index}-0c3d-4e5f-8a9b-0123456789ab`,
  address: `0000:0${index}:00.0`,
  name,
  use: 1,
  memory: 1,
  power: 1,
});
const cards = [card(0), card(1), card(2)];
const sees = (visible: string) => ({ CUDA_VISIBLE_DEVICES: visible });

test('a device that says which card it is has that card, whatever else there is', () => {
  expect(cardOf(cards, 'tensorflow', 'NVIDIA H200 (GPU-00000001), CUDA', sees('0'))).toEqual(card(1));
  expect(cardOf(cards, 'webgpu', 'NVIDIA H200 (0000:02:00.0)', sees('0'))).toEqual(card(2));
  const mixed = [card(0), card(1, 'NVIDIA L4'), card(2)];
  expect(cardOf(mixed, 'webgpu', 'NVIDIA L4')).toEqual(mixed[1]);
  expect(cardOf(mixed, 'tensorflow', 'NVIDIA L4, CUDA', sees('0'))).toEqual(mixed[1]);
  expect(cardOf(mixed, 'webgpu', 'NVIDIA H200')).toBeNull();
  // A card that nvidia-smi does not list is none of those that it does.
  expect(cardOf([card(0)], 'tensorflow', 'NVIDIA H200 (GPU-00000007), CUDA', sees('0'))).toBeNull();
  // Of a part that MIG has made nvidia-smi measures nothing, and the whole card is not what it uses.
  expect(cardOf([card(0)], 'tensorflow', 'NVIDIA H200 MIG 1g.18gb (MIG-00000000), CUDA')).toBeNull();
});

test('one card is the card; of several TensorFlow takes the first that it sees, and WebGPU nobody knows which', () => {
  const own = 'GPU, CUDA';
  expect(cardOf([card(3)], 'webgpu', 'nvidia ampere')).toEqual(card(3));
  expect(cardOf(cards, 'webgpu', 'nvidia ampere', sees('1'))).toBeNull();
  expect(cardOf(cards, 'tensorflow', own, sees('0'))).toEqual(card(0));
  expect(cardOf(cards, 'tensorflow', own, sees('2,1'))).toEqual(card(2));
  expect(cardOf(cards, 'tensorflow', own, sees('GPU-00000001'))).toEqual(card(1));
  for (const none of ['', '7', '-1', 'MIG-1', 'NoDevFiles'])
    expect(cardOf(cards, 'tensorflow', own, sees(none))).toBeNull();
  expect(cardOf([], 'tensorflow', own)).toBeNull();
});

test('cards of several models are counted by CUDA in an order of its own, unless it is told to count as they stand', () => {
  const mixed = [card(0, 'NVIDIA T1000'), card(1, 'NVIDIA H100'), card(2, 'NVIDIA H100')];
  for (const device of ['GPU 0, CUDA', 'GPU 1, CUDA', 'GPU 0', 'GPU, CUDA'])
    expect([device, cardOf(mixed, 'tensorflow', device, sees('0,1,2'))]).toEqual([device, null]);
  expect(cardOf(mixed, 'tensorflow', 'GPU, CUDA', {})).toBeNull();
  const inPlace = { ...sees('2,1'), CUDA_DEVICE_ORDER: 'PCI_BUS_ID' };
  expect(cardOf(mixed, 'tensorflow', 'GPU, CUDA', inPlace)).toEqual(mixed[2]);
  expect(cardOf(mixed, 'tensorflow', 'GPU, CUDA', sees('GPU-00000002'))).toEqual(mixed[2]);
});

test('a job that sees a part of a card is not charged with the whole card', () => {
  const part = sees('MIG-dddddddd-0c3d-4e5f-8a9b-0123456789ab');
  for (const device of ['NVIDIA H200, CUDA', 'GPU, CUDA']) {
    expect(cardOf([card(0)], 'tensorflow', device, part)).toBeNull();
    expect(cardOf([card(0)], 'tensorflow', device, sees('0'))).toEqual(card(0));
  }
  // WebGPU does not know the variable, and sees whole cards.
  expect(cardOf([card(0)], 'webgpu', 'NVIDIA H200', part)).toEqual(card(0));
});
