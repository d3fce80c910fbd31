import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Layer } from '../../server/sweep/layers.ts';
import { readKerasWeights } from '../../server/training/weights/keras-weights.ts';

const dense = (name: string): Layer => ({ dense: 1, bias: false, name });
const source = (layer: string) => ({ layer, parts: { kernel: ['kernel'] } });

/** The kernels of two dense layers, as they are read of tensors of these names that hold 1, 2, 3 … */
async function kernels(named: string[], first: string, second: string): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-keras-weights-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(Float32Array.from(named, (_, i) => i + 1).buffer));
  const weights = named.map((name) => ({ name, shape: [1, 1], dtype: 'float32' }));
  const network = {
    layers: ['flatten' as const, dense('a'), dense('b')],
    sources: [source(first), source(second)],
    shape: [1, 1, 1],
  };
  const state = await readKerasWeights(network, [{ paths: ['w.bin'], weights }], folder);
  return [state['a/kernel']!.values[0]!, state['b/kernel']!.values[0]!];
}

test('a layer takes the weights of its own name before those of a name that ends in it', async () => {
  expect(await kernels(['block1/conv/kernel', 'conv/kernel'], 'conv', 'block1/conv')).toEqual([2, 1]);
  expect(await kernels(['model/x/kernel', 'model/y/kernel'], 'y', 'x')).toEqual([2, 1]);
});

test('weights that several layers may mean are refused', async () => {
  const refused = 'Cannot translate the weights: found';
  await expect(kernels(['m/x/kernel', 'n/x/kernel', 'y/kernel'], 'x', 'y')).rejects.toThrow(
    `${refused} m/x/kernel and n/x/kernel, wanted one x/kernel among them`,
  );
  await expect(kernels(['m/x/kernel', 'y/kernel'], 'x', 'm/x')).rejects.toThrow(
    `${refused} m/x/kernel for both a/kernel and b/kernel, wanted weights for each`,
  );
  await expect(kernels(['x/kernel', 'yy/kernel'], 'x', 'y')).rejects.toThrow(`${refused} no y/kernel among them`);
});
