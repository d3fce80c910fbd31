import { expect, test } from 'vitest';
import { otherMachine } from '../../server/runner/other-machine.ts';

const machine = { device: 'RTX 4090', versions: { webgpu: '0.6.2', '@tensorflow/tfjs-core': '4.22.0' } };

test('nothing is said where all is as it was, or where nothing was trained yet', () => {
  expect(otherMachine([machine, machine], machine)).toBeNull();
  expect(otherMachine([], machine)).toBeNull();
});

test('every difference is named once', () => {
  const before = [
    machine,
    { ...machine, device: 'A100' },
    { device: 'A100', versions: { ...machine.versions, webgpu: '0.5.0' } },
  ];
  expect(otherMachine(before, machine)).toBe(
    'was trained on A100, now on RTX 4090; with webgpu 0.5.0, now with 0.6.2: ' +
      'it goes on only with what has the bits that are computed now',
  );
});
