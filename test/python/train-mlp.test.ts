import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { DatasetSettings } from '../../server/sweep/settings.ts';
import { drawBatch } from '../../server/training/datasets/batch.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import type { Dataset } from '../../server/training/dataset.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { fit } from '../../server/training/fit.ts';
import type { Segment } from '../../server/training/fit-task.ts';
import { betaAt, buildNetwork, freshState, scalarsAt, type RunSettings } from '../../server/training/network.ts';
import type { HostTensor } from '../../server/training/state.ts';
import { StepCache } from '../../server/training/step-cache.ts';
import { describeWithPython, runPython } from '../helpers/python.ts';
import { BATCHES, settingsOf } from '../training/conformance/trainings.ts';

vi.setConfig({ testTimeout: 300_000 });

const SEED = 3;
const program = fileURLToPath(new URL('programs/train_mlp.py', import.meta.url));

/** As far apart as the two may be, relative to a number's own size, or to the largest of a tensor. */
const TOLERANCE = 1e-4;

describeWithPython('20 batches of mlp', (python) => {
  test('are the same in Cosweep and with the loss in PyTorch', async () => {
    const dataset = await loadCut();
    const ours = await trainHere(dataset);
    const theirs = JSON.parse(runPython(python, [program], JSON.stringify(toTrain(dataset)))) as Trained;

    expect(theirs.lines).toHaveLength(BATCHES);
    expect(Object.keys(theirs.lines.at(-1)!).map((name) => name.slice('train/'.length))).toEqual([
      ...['total', 'crossEntropy', 'interClass', 'intraClass', 'truncated'],
      ...['gradient/crossEntropy', 'gradient/interClass', 'gradient/intraClass'],
    ]);
    expect('train/truncated' in theirs.lines[settings.N - 1]!).toBe(false);
    const apart = theirs.lines.flatMap((line, t) =>
      Object.entries(line).map(([name, value]) => ({ t, name, error: relative(value, ours.at(name, t)) })),
    );
    expect(apart.filter(({ error }) => !(error <= TOLERANCE))).toEqual([]);

    const last = Object.entries(ours.state).filter(([name]) => !name.startsWith('slots/'));
    expect(Object.keys(theirs.state).sort()).toEqual(last.map(([name]) => name).sort());
    for (const [name, { values }] of last) {
      const scale = largest(values.map(Math.abs));
      const error = largest(values.map((value, i) => value - theirs.state[name]![i]!)) / scale;
      expect([name, error <= TOLERANCE]).toEqual([name, true]);
    }
    // They have learnt: what agrees is not only the start.
    expect(ours.at('train/total', BATCHES - 1)).toBeLessThan(0.8 * ours.at('train/total', 0));
  });
});

interface Trained {
  /** By metric, of each batch. */
  lines: Record<string, number>[];
  state: Record<string, number[]>;
}

const settings: RunSettings = settingsOf({ network: 'mlp', optimizer: 'momentum' });
settings.training.optimizer.learningRate = 0.005;

function loadCut(): Promise<Dataset> {
  const files: DatasetSettings = {
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
  const baseFolder = fileURLToPath(new URL('../fixtures/mnist-cut/', import.meta.url));
  return loadDataset(files, { baseFolder, seed: SEED });
}

async function trainHere(dataset: Dataset) {
  const engine = await openEngine('wasm');
  const steps = new StepCache(engine);
  const segments: Segment[] = [];
  const task = { settings, epsilons: [settings.epsilon], seed: SEED, start: null, from: 0, to: BATCHES };
  await fit(task, dataset, steps, {
    onSegment: (segment) => void segments.push(segment),
    onProgress: () => {},
    shouldStop: () => false,
  });
  steps.dispose();
  await engine.close();
  const points = new Map(
    segments.flatMap((segment) =>
      segment.points.flatMap(({ metric, batches, values }) =>
        [...batches].map((batch, i) => [`${metric} ${batch}`, values[i]!] as const),
      ),
    ),
  );
  return {
    at: (metric: string, t: number): number => points.get(`${metric} ${t}`)!,
    state: segments.at(-1)!.checkpoint!.state,
  };
}

/** What the other program needs of ours: the weights before batch 0, every batch, and the numbers of its step. */
function toTrain(dataset: Dataset): object {
  const network = buildNetwork(settings, dataset);
  const { s, m, ...words } = settings.loss;
  const weights = Object.entries(freshState(network, SEED)).filter(([name]) => name.startsWith('weights/'));
  return {
    alpha: settings.alpha,
    gamma: settings.gamma,
    epsilon: settings.epsilon,
    loss: { s, m, ...words },
    momentum: settings.training.optimizer.momentum,
    weights: Object.fromEntries(weights.map(([name, tensor]) => [name.slice('weights/'.length), nested(tensor)])),
    batches: Array.from({ length: BATCHES }, (_, t) => {
      const { batchSize, dataset: data } = settings.training;
      const { images, labels } = drawBatch(dataset, { batchSize, augment: data.augment }, SEED, t);
      return {
        images: nested({ shape: [batchSize, images.length / batchSize], values: images }),
        labels: [...labels],
        learningRate: scalarsAt(network, t).learningRate,
        beta: betaAt(settings, t),
      };
    }),
  };
}

function nested({ shape, values }: HostTensor): number[] | number[][] {
  const [rows, columns] = shape as [number, number?];
  if (columns === undefined) return [...values];
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]);
}

/** NaN, where there is one. */
function largest(numbers: Float32Array): number {
  return numbers.reduce((worst, each) => (Math.abs(each) > worst || Number.isNaN(each) ? Math.abs(each) : worst), 0);
}

function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-6);
}
