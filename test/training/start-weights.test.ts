import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { headParameters, layOutNetwork } from '../../server/sweep/network/lay-out-network.ts';
import { sizeOf } from '../../server/sweep/network/parameter-spec.ts';
import type { HostState } from '../../server/training/state.ts';
import { encodeSafetensors } from '../../server/training/weights/safetensors.ts';
import { hashStart, type StartingModel } from '../../server/training/weights/start-weights.ts';

const model: StartingModel = { name: 'cnn', embedding: 2, dropout: 0, weights: 'w.safetensors' };
const images = { shape: [8, 8, 1], classes: 3 };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** Every tensor of the network, all of them ones, except where a test says so. */
function write(change: HostState = {}): void {
  const { parameters, statistics } = layOutNetwork(model, images.shape);
  const specs = [...parameters, ...statistics, ...headParameters(images.classes, model.embedding)];
  const ones = specs.map(({ name, shape }) => [name, { shape, values: new Float32Array(sizeOf(shape)).fill(1) }]);
  writeFileSync(join(folder, model.weights), encodeSafetensors({ ...Object.fromEntries(ones), ...change }));
}

test('a file is known by what it holds', async () => {
  write();
  const hash = await hashStart(model, images, folder);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  write({ 'head/bias': { shape: [3], values: Float32Array.of(1, 1, 2) } });
  expect(await hashStart(model, images, folder)).not.toBe(hash);
});

test.each<[string, HostState, RegExp]>([
  [
    'another shape than when it was planned',
    { 'head/bias': { shape: [1], values: Float32Array.of(1) } },
    /Cannot start from the weights .*w\.safetensors: training\.model\.weights: found "head\/bias" as 1 in the file and as 3/,
  ],
  [
    'a tensor that the network has not',
    { other: { shape: [1], values: Float32Array.of(1) } },
    /found "other" in the file, wanted only tensors that the network has/,
  ],
  [
    'a value that is none',
    { 'head/bias': { shape: [3], values: Float32Array.of(1, NaN, 1) } },
    /found another in "head\/bias", wanted finite numbers$/,
  ],
  [
    'a variance below 0',
    { 'block1a/norm/variance': { shape: [32], values: new Float32Array(32).fill(-1) } },
    /found another in "block1a\/norm\/variance", wanted finite numbers ≥ 0$/,
  ],
])('%s is refused before anything trains', async (_, change, message) => {
  write(change);
  await expect(hashStart(model, images, folder)).rejects.toThrow(message);
});
