import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { mustEnd } from '../../server/runner/workers/must-end.ts';
import { OutsideError, UserError } from '../../server/sweep/user-error.ts';

/** Whether this machine is taken to have a card for the engine tensorflow. */
const here = vi.hoisted(() => ({ card: true }));
vi.mock('../../server/training/engines/tensorflow/uses-cuda.ts', () => ({ usesCuda: () => here.card }));
beforeEach(() => void (here.card = true));

const CUDA_ERROR = new Error('Failed to synchronize the stop event: CUDA_ERROR_ILLEGAL_ADDRESS');

function fileError(): unknown {
  try {
    return readFileSync('/there/is/no/such/file');
  } catch (error) {
    return error;
  }
}

test('a worker on a GPU ends after an error that may be the device’s, and a fresh one goes on', () => {
  for (const name of ['tensorflow', 'webgpu'] as const) {
    expect(mustEnd(CUDA_ERROR, { name })).toBe(true);
    expect(mustEnd('not even an error', { name })).toBe(true);
  }
});

test('it goes on after a mistake in the data, a file that is missing, and trouble of the machine', () => {
  for (const error of [new UserError('a mistake'), new OutsideError('a full disk'), fileError()])
    expect(mustEnd(error, { name: 'tensorflow' })).toBe(false);
});

test('on a processor nothing of an error is left, and nothing is lost where no engine is open', () => {
  expect(mustEnd(CUDA_ERROR, { name: 'wasm' })).toBe(false);
  here.card = false;
  expect(mustEnd(CUDA_ERROR, { name: 'tensorflow' })).toBe(false);
  expect(mustEnd(CUDA_ERROR, undefined)).toBe(false);
});

test('a process that has lost its device ends, whatever the error says', () => {
  expect(mustEnd(new UserError('a mistake'), { name: 'webgpu', lost: () => 'it was unplugged' })).toBe(true);
  expect(mustEnd(new UserError('a mistake'), { name: 'webgpu', lost: () => null })).toBe(false);
});
