import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Engine } from '../../../../server/training/engine.ts';
import { openWebgpu } from '../../../../server/training/engines/webgpu/open-webgpu.ts';
import { describeWithWebgpu } from '../../../helpers/engines.ts';
import { settings, train, VALIDATION } from '../../conformance/short-fit.ts';

describeWithWebgpu('fit on webgpu', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openWebgpu();
  });

  it('hands the images over once, and their numbers with every batch', async () => {
    const { queue } = tf.backend() as unknown as { queue: { writeBuffer(...args: unknown[]): void } };
    const written = vi.spyOn(queue, 'writeBuffer');
    await train(engine, settings());
    const sizes = written.mock.calls.map((call) => (call[2] as ArrayBuffer | ArrayBufferView).byteLength);
    written.mockRestore();
    // They themselves go over by a buffer that is mapped while it is made.
    const atOnce = Math.ceil(VALIDATION / 2);
    expect(sizes).toContain(4 * atOnce);
    const images = [4, atOnce, 6, 10, VALIDATION].map((count) => 4 * count * 32); // bytes of batches and of whole parts
    expect(sizes.filter((size) => images.includes(size))).toEqual([]);
  });

  it('sees a run diverge', async () => {
    const { result } = await train(engine, settings(1e30));
    expect(result.outcome).toBe('diverged');
    expect(result.batch).toBeLessThan(4);
  });
});
