import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { encodeCheckpoint } from '../../../server/training/checkpoint.ts';
import type { Engine } from '../../../server/training/engine.ts';
import { buildNetwork } from '../../../server/training/network.ts';
import { StepCache } from '../../../server/training/step-cache.ts';
import { eachEngine } from '../../helpers/engines.ts';
import { BATCHES, noise, settings, train } from './short-fit.ts';

eachEngine('images that stay on the device', (open) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  test('give the same bits as those that come with their batch, whole or in two stages', async () => {
    const resident = { ...engine, residentBytes: 2 ** 20 };
    const batch = new StepCache(resident).batch(buildNetwork(settings(), noise()), 5, 0);
    expect(Object.keys(batch).sort()).toEqual(['indices', 'labels', 'residentImages']);
    tf.dispose(batch);
    const whole = await train(resident, settings());
    expect(whole.result).toMatchObject({ outcome: 'complete', batch: BATCHES });
    const handedOver = await train({ ...engine, residentBytes: 0 }, settings());
    expect(handedOver.points).toEqual(whole.points);
    expect(encodeCheckpoint(handedOver.last!)).toEqual(encodeCheckpoint(whole.last!));
    const first = await train(resident, settings(), null, 3);
    const second = await train(resident, settings(), first.last);
    expect([...first.points, ...second.points].sort()).toEqual(whole.points);
    expect(encodeCheckpoint(second.last!)).toEqual(encodeCheckpoint(whole.last!));
  });
});
