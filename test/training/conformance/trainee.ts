import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import type { Dataset } from '../../../server/training/dataset.ts';
import type { DatasetSettings } from '../../../server/sweep/settings.ts';
import { encodeCheckpoint } from '../../../server/training/checkpoint.ts';
import { loadDataset } from '../../../server/training/datasets/load.ts';
import type { Engine, EngineName } from '../../../server/training/engine.ts';
import { openEngine } from '../../../server/training/engines/open.ts';
import { fit } from '../../../server/training/fit.ts';
import type { Segment } from '../../../server/training/fit-task.ts';
import { StepCache } from '../../../server/training/step-cache.ts';
import { keyOf, settingsOf, type Trained, type Training } from './trainings.ts';
import { runPlainly } from './variants.ts';

/**
 * Does trainings in a process of its own, as a worker does, and says so after each.
 *
 * @param engine `reference`: the pure JavaScript backend of TensorFlow.js, whose kernels are nobody else's
 * @param order JSON of `{training, batches}`
 */
export default async function train(engine: EngineName | 'reference', order: string): Promise<Record<string, Trained>> {
  const opened = engine === 'reference' ? await openReference() : await openEngine(engine);
  const steps = new StepCache(opened);
  const dataset = await loadCut();
  const results: Record<string, Trained> = {};
  for (const { training, batches } of JSON.parse(order) as { training: Training; batches: number }[]) {
    results[keyOf(training)] = await trainOne(training, batches, dataset, steps);
    process.stdout.write('trained one\n');
  }
  steps.dispose();
  await opened.close();
  return results;
}

async function openReference(): Promise<Engine> {
  await tf.setBackend('cpu');
  return {
    name: 'wasm',
    device: 'JavaScript',
    versions: {},
    compile: (step) => ({ run: (state, batch, scalars) => runPlainly(step, state, batch, scalars), dispose() {} }),
    close: async () => {},
  };
}

function loadCut(): Promise<Dataset> {
  const settings: DatasetSettings = {
    name: 'idx',
    images: 'images-idx3-ubyte.gz',
    labels: 'labels-idx1-ubyte.gz',
    validationImages: null,
    validationLabels: null,
    testImages: null,
    testLabels: null,
    validation: 20,
    splitSeed: 0,
    limit: null,
    augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
  };
  return loadDataset(settings, {
    baseFolder: fileURLToPath(new URL('../../fixtures/mnist-cut/', import.meta.url)),
    seed: 1,
  });
}

async function trainOne(training: Training, batches: number, dataset: Dataset, steps: StepCache): Promise<Trained> {
  const settings = settingsOf(training);
  const segments: Segment[] = [];
  await fit({ settings, epsilons: [settings.epsilon], seed: 1, start: null, from: 0, to: batches }, dataset, steps, {
    onSegment: (segment) => void segments.push(segment),
    onProgress: () => {},
    shouldStop: () => false,
  });
  const curves: Trained['curves'] = {};
  for (const { metric, values } of segments.flatMap(({ points }) => points)) (curves[metric] ??= []).push(...values);
  // Where one segment ends and the next begins depends on how long the machine took.
  const evaluations = segments.flatMap((segment) => segment.evaluations);
  const hash = createHash('sha256').update(JSON.stringify([curves, evaluations]));
  return { curves, hash: hash.update(encodeCheckpoint(segments.at(-1)!.checkpoint!)).digest('hex') };
}
