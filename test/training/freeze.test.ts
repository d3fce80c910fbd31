import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { eachCpuEngine } from '../helpers/engines.ts';
import { bytesOf } from './conformance/same-bits.ts';
import { buildVariant, runPlainly } from './conformance/variants.ts';

eachCpuEngine('what is frozen', (open) => {
  test('has no slots, moves in no bit, statistics of batch norm neither; everything else moves', async () => {
    await open();
    const freeze = ['norm1', 'repeat1/2', 'half', 'embedding'];
    const { step, state, batchOf } = buildVariant({
      network: 'every layer',
      optimizer: { name: 'momentum', decay: true, clip: true },
      freeze,
    });
    const isFrozen = (name: string) =>
      freeze.some((layer) => name.includes(`s/${layer}/`) || name.includes(`velocity/${layer}/`));
    expect(Object.keys(state).filter((name) => name.startsWith('slots/') && isFrozen(name))).toEqual([]);
    let current = state;
    for (let t = 0; t < 2; t++) current = runPlainly(step, current, batchOf(t)).state;
    expect(Object.keys(current).sort()).toEqual(Object.keys(state).sort());
    const same: string[] = [];
    for (const name of Object.keys(state))
      if ((await bytesOf(state[name]!)).equals(await bytesOf(current[name]!))) same.push(name);
    const inNetwork = (name: string) => /^(weights|statistics)\//.test(name);
    expect(same.filter(inNetwork)).toEqual(Object.keys(state).filter((name) => inNetwork(name) && isFrozen(name)));
    expect(same).toContain('statistics/half/shortcutNorm/mean');
  });
});

eachCpuEngine('every layer', (open) => {
  test('has the gradient that differences of its features say, with frozen batch norm and with moments of the batch', async () => {
    await open();
    for (const freeze of [[], ['norm1', 'repeat1/1/norm1', 'half/norm1', 'half/shortcutNorm', 'norm2']]) {
      const { model, state, batchOf } = buildVariant({ network: 'every layer', freeze });
      const names = model.parameters.map(({ name }) => name).filter((name) => !model.isFrozen(name));
      const weights = names.map((name) => state[`weights/${name}`]!);
      const part = (prefix: string) =>
        Object.fromEntries(
          Object.entries(state).flatMap(([key, tensor]) =>
            key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
          ),
        );
      const { images } = batchOf(0);
      const loss = (...at: tf.Tensor[]) => {
        const moved = Object.fromEntries(names.map((name, i) => [name, at[i]!]));
        const features = model.features(images!, {
          weights: { ...part('weights/'), ...moved },
          statistics: part('statistics/'),
          training: true,
          dropoutMask: null,
          newStatistics: {},
        });
        return tf.sum(tf.mul(features, tf.cos(features))) as tf.Scalar;
      };
      const gradients = tf.grads(loss)(weights);
      // Along the gradient itself the loss rises by its square: a difference that float32 can show.
      const square = gradients.reduce((sum, gradient) => sum + tf.sum(tf.square(gradient)).dataSync()[0]!, 0);
      const at = (distance: number) =>
        loss(...weights.map((weight, i) => tf.add(weight, tf.mul(gradients[i]!, distance)))).dataSync()[0]!;
      const distance = 2e-3 / Math.sqrt(square);
      const slope = (at(distance) - at(-distance)) / (2 * distance);
      expect(slope / square).toBeGreaterThan(0.98);
      expect(slope / square).toBeLessThan(1.02);
    }
  });
});
