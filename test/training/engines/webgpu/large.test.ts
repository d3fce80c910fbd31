import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { openWebgpu } from '../../../../server/training/engines/webgpu/open-webgpu.ts';
import { describeWithWebgpu } from '../../../helpers/engines.ts';

describeWithWebgpu('a convolution of more rows than a GPU takes in one direction', () => {
  it('reaches the last pixel', async () => {
    await openWebgpu();
    const images = tf.range(0, 10_000).reshape([1, 100, 100, 1]) as tf.Tensor4D;
    const restore = allow(50); // workgroups of 64 rows each; real ones take 65,535
    const doubled = tf.conv2d(images, tf.tensor4d([2], [1, 1, 1, 1]), 1, 'same');
    restore();
    expect([...(await doubled.data())]).toEqual(Array.from({ length: 10_000 }, (_, i) => 2 * i));
    tf.dispose([images, doubled]);
  });
});

/** Lets the device say that it takes fewer workgroups. @returns what lets it tell the truth again */
function allow(workgroups: number): () => void {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const limits = new Proxy(device.limits, {
    get: (real, name) => (name === 'maxComputeWorkgroupsPerDimension' ? workgroups : Reflect.get(real, name, real)),
  });
  Object.defineProperty(device, 'limits', { value: limits, configurable: true });
  return () => void Reflect.deleteProperty(device, 'limits');
}
