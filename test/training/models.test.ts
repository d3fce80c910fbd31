import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layersSchema } from '../../server/sweep/schema/layer-schema.ts';
import { MODEL_NAMES, type ModelSettings } from '../../server/sweep/settings.ts';
import type { Engine } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { measureSignature, REFERENCE_STRUCTURE } from '../../server/training/signature.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('wasm');
});
afterAll(() => engine.close());

describe('a network that is written layer by layer computes the bits of the one with that name', () => {
  const end = { embedding: 16, dropout: 0.2 };
  /** Of the whole state after three batches. */
  const signatureOf = (model: ModelSettings) =>
    measureSignature(engine, { ...REFERENCE_STRUCTURE, model, shape: [8, 8, 3], batchSize: 4 });

  // `resnet18` takes a minute, and is `resnet20` with other numbers: `test/sweep/network.test.ts` compares its layers.
  test.each(MODEL_NAMES.filter((name) => name !== 'resnet18'))('%s', async (name) => {
    const file = new URL(`../fixtures/networks/${name}.json`, import.meta.url);
    const layers = layersSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const own = await signatureOf({ layers, ...end });
    expect(own).toBe(await signatureOf({ name, ...end }));
  });
});
