import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Engine, Tensors } from '../../../server/training/engine.ts';
import { toDevice, toHost } from '../../../server/training/state.ts';
import { eachEngine } from '../../helpers/engines.ts';
import { buildVariant, scalars } from './variants.ts';

/** A run diverges where its total is not finite: an engine that loses a NaN on the way would train on with nonsense. */
eachEngine('a value that is not finite', (open, { trains }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  // Every kind of layer; the deeper network has only more of them.
  test.each(trains.filter((network) => network !== 'resnet20'))(
    'reaches the total from any weight, any slot and the images of %s',
    async (network) => {
      const { step, state, batchOf } = buildVariant({ network });
      const batch = batchOf(0);
      const compiled = engine.compile(step, { state, batch, scalars });
      const host = await toHost({ ...state, images: batch.images! });
      const lost: string[] = [];
      for (const [name, { shape, values }] of Object.entries(host)) {
        // A forward pass leaves these, and does not read them.
        if (name.startsWith('centers/') || name.startsWith('statistics/')) continue;
        for (const bad of [NaN, Infinity]) {
          const spoiled = values.slice();
          spoiled[spoiled.length - 1] = bad;
          const tensor = toDevice({ tensor: { shape, values: spoiled } }).tensor!;
          const total = await totalAfter(
            2,
            { ...state, [name]: tensor },
            name === 'images' ? { ...batch, images: tensor } : batch,
          );
          if (Number.isFinite(total)) lost.push(`${bad} in ${name}`);
          tensor.dispose();
        }
      }
      expect(lost).toEqual([]);
      compiled.dispose();
      tf.dispose([state, batch]);

      /** What an optimiser's slot holds shows in the batch after. */
      async function totalAfter(batches: number, { images: _, ...from }: Tensors, batch: Tensors): Promise<number> {
        let current: Tensors = from;
        let total = 0;
        for (let t = 0; t < batches && Number.isFinite(total); t++) {
          const result = compiled.run(current, batch, scalars);
          [total] = (await result.outputs.metrics!.data()) as unknown as [number];
          tf.dispose([result.outputs, ...(t > 0 ? [current] : [])]);
          current = result.state;
        }
        if (current !== from) tf.dispose(current);
        return total;
      }
    },
  );
});
