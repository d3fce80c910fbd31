import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cudaCards, whyNoGpu } from '../../../../server/training/engines/tensorflow/cuda.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-cuda-'));
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A machine with these files; the build is for CUDA 12. */
function machine(files: Record<string, string>): { build: string; files: { driver: string; devices: string } } {
  for (const [name, content] of Object.entries({
    'build/deps/nvidia/cuda_runtime/lib/libcudart.so.12': '',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return { build: join(folder, 'build'), files: { driver: join(folder, 'driver'), devices: join(folder, 'dev') } };
}

const version = (number: string): string =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${number}  Wed Jan  3 04:00:00 UTC 2026\nGCC version: 12.2.0\n`;
const why = ({ build, files }: ReturnType<typeof machine>) => whyNoGpu(build, files);

it('there is no driver', () => {
  expect(why(machine({}))).toMatchObject({
    reason: 'no NVIDIA driver is loaded',
    remedy: expect.stringContaining('--gpus all'),
  });
});

it('the driver is older than the library wants', () => {
  expect(why(machine({ 'driver/version': version('470.223.02') })).reason).toBe(
    'the NVIDIA driver is 470.223.02, and CUDA 12 wants 525.60.13 or newer',
  );
  expect(why(machine({ 'driver/version': version('525.60.11') })).reason).toContain('525.60.13 or newer');
});

it('the card is not in the container', () => {
  expect(why(machine({ 'driver/version': version('550.54.15') })).reason).toMatch(
    /^the driver 550\.54\.15 is loaded, but .*dev has no nvidiactl$/,
  );
});

it('the open kernel module is one too; every card is hidden; nothing of that', () => {
  const there = machine({
    'driver/version': 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.10  Release Build\n',
    'dev/nvidiactl': '',
  });
  for (const hidden of ['', '-1', 'none']) {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', hidden);
    expect(why(there).reason).toBe(`CUDA_VISIBLE_DEVICES is "${hidden}", which hides every card`);
  }
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
  expect(why(there)).toMatchObject({
    reason: 'the driver 570.86.10 is there, but TensorFlow opens none of its cards',
    remedy: expect.stringContaining('TF_CPP_MIN_LOG_LEVEL'),
  });
});

it('cards have names', () => {
  const { files } = machine({ 'driver/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 3\n' });
  expect(cudaCards(files)).toEqual(['NVIDIA H100 80GB HBM3']);
  expect(cudaCards({ ...files, driver: join(folder, 'nowhere') })).toEqual([]);
});
