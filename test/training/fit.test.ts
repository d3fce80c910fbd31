import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import type { LossSettings, OptimizerSettings, OwnTraining } from '../../server/sweep/settings.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../server/training/checkpoint.ts';
import type { Dataset, Part } from '../../server/training/dataset.ts';
import { fit } from '../../server/training/fit.ts';
import type { FitResult, Segment } from '../../server/training/fit-task.ts';
import { evaluate } from '../../server/training/evaluate.ts';
import { inferenceState } from '../../server/training/evaluation-step.ts';
import { buildNetwork, freshState, type RunSettings } from '../../server/training/network.ts';
import { toDevice } from '../../server/training/state.ts';
import { StepCache } from '../../server/training/step-cache.ts';
import { eachCpuEngine } from '../helpers/engines.ts';

/** Three classes of 8×8 images: a bright corner each, in noise. */
function corners(): Dataset {
  const part = (count: number, purpose: string): Part => {
    const stream = new Stream(1, purpose);
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    const pixels = Uint8Array.from({ length: count * 64 }, (_, at) => {
      const [label, y, x] = [labels[Math.floor(at / 64)]!, Math.floor((at % 64) / 8), at % 8];
      const bright = Math.floor(y / 4) * 2 + Math.floor(x / 4) === label;
      return stream.below(120) + (bright ? 100 : 0);
    });
    return { count, pixels, labels };
  };
  return {
    name: 'corners',
    shape: [8, 8, 1],
    classes: ['a', 'b', 'c'],
    train: part(90, 'train'),
    validation: part(30, 'val'),
    test: part(20, 'test'),
    mean: Float32Array.of(80),
    std: Float32Array.of(50),
    fingerprint: 'corners',
  };
}

const loss: LossSettings = {
  s: 30,
  m: 0.35,
  truncation: 'batch',
  distance: 'cosine',
  centerUpdate: 'cumulative',
  centerRate: 0.1,
  centerSpace: 'unit',
  centerOrder: 'updateThenLoss',
  crossEntropyHead: 'linear',
};
const momentum: OptimizerSettings = {
  name: 'momentum',
  learningRate: 0.01,
  momentum: 0.9,
  nesterov: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  schedule: 'cosine',
  warmup: 5,
  steps: [],
  decay: 0.1,
  clipNorm: null,
};

interface Changes {
  model?: Partial<OwnTraining['model']>;
  optimizer?: Partial<OptimizerSettings>;
  augment?: Partial<OwnTraining['dataset']['augment']>;
  run?: Partial<RunSettings>;
}

function settings({ model, optimizer, augment, run }: Changes = {}): RunSettings {
  const training = {
    dataset: { augment: { shift: 0, flip: false, crop: 0, cutout: 0, ...augment } } as OwnTraining['dataset'],
    model: { name: 'cnn-small', embedding: 6, dropout: 0, ...model },
    optimizer: { ...momentum, ...optimizer },
    batchSize: 16,
    batches: 40,
    evalEvery: 15,
  } as OwnTraining;
  return { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.02, N: 20, loss, training, ...run };
}

interface Trained {
  segments: Segment[];
  result: FitResult;
  /** Every point as text with all of its digits, in order of metric and batch. */
  points: string[];
  last: Checkpoint | null;
}

interface How {
  start?: Checkpoint | null;
  from?: number;
  stopAt?: number;
  seed?: number;
  epsilons?: number[];
  places?: number;
}

async function train(
  steps: StepCache,
  run: RunSettings,
  {
    start = null,
    from = start?.batch ?? 0,
    stopAt = Infinity,
    seed = 5,
    epsilons = [run.epsilon],
    places = epsilons.length,
  }: How = {},
): Promise<Trained> {
  const segments: Segment[] = [];
  let at = 0;
  const result = await fit(
    { settings: run, epsilons, places, seed, start, from, to: run.training.batches },
    corners(),
    steps,
    {
      onSegment: (segment) => void segments.push(segment),
      onProgress: (batch) => (at = batch),
      shouldStop: () => at >= stopAt,
    },
  );
  return { segments, result, points: pointsOf(segments), last: segments.at(-1)!.checkpoint };
}

/** @param epsilon of the run; what was recorded for another one is left out */
function pointsOf(segments: Segment[], epsilon: number | null = null): string[] {
  const own = segments.flatMap(({ points }) =>
    points.filter((series) => series.epsilon === null || series.epsilon === epsilon),
  );
  return own
    .flatMap(({ metric, batches, values }) => [...batches].map((batch, i) => `${metric} ${batch} ${values[i]}`))
    .sort();
}

function curve(segments: Segment[], metric: string): [batch: number, value: number][] {
  return segments.flatMap(({ points }) =>
    points
      .filter((series) => series.metric === metric)
      .flatMap(({ batches, values }) => [...batches].map((batch, i): [number, number] => [batch, values[i]!])),
  );
}

const bytes = (checkpoint: Checkpoint | null): Buffer => Buffer.from(encodeCheckpoint(checkpoint!));

eachCpuEngine('fit', (open) => {
  let steps: StepCache;
  /** As on an engine that is given batches ahead: what separates ε is noticed late and replayed. */
  let late: StepCache;
  beforeAll(async () => {
    const engine = await open();
    steps = new StepCache(engine);
    late = new StepCache({ ...engine, batchesAhead: 25 });
  });

  test('evaluates parts of different sizes, one after the other', async () => {
    const part = corners();
    for (const count of [5, 9, 5]) {
      const network = buildNetwork(settings(), { ...part, validation: { ...part.validation, count } });
      const state = toDevice(freshState(network, 1));
      const { validation } = network.dataset;
      const batch = steps.evaluationBatch(network, validation, 0, count);
      const { outputs } = steps.evaluation(network, validation, count).run(inferenceState(state), batch, {});
      expect(outputs.logits!.shape).toEqual([count, part.classes.length]);
      tf.dispose([state, batch, outputs]);
    }
  });

  test('looks around after every batch where batches take seconds, and gives the same bits', async () => {
    const quick = await train(steps, settings());
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1500));
    const progress: number[] = [];
    const segments: Segment[] = [];
    await fit({ settings: settings(), epsilons: [0.02], seed: 5, start: null, from: 0, to: 40 }, corners(), steps, {
      onSegment: (segment) => void segments.push(segment),
      onProgress: (batch) => void progress.push(batch),
      shouldStop: () => false,
    });
    clock.mockRestore();
    expect(Math.max(...progress.map((batch, i) => batch - (progress[i - 1] ?? 0)))).toBeLessThanOrEqual(2);
    expect(segments.length).toBeGreaterThan(1);
    expect(pointsOf(segments)).toEqual(quick.points);
    expect(bytes(segments.at(-1)!.checkpoint)).toEqual(bytes(quick.last));
  });

  test('evaluates fewer images at once where they are large, but no fewer than are trained on', async () => {
    const [height, width] = [100, 120];
    const part: Part = {
      count: 90,
      labels: Int32Array.from({ length: 90 }, (_, i) => i % 3),
      pixels: new Uint8Array(90 * height * width),
    };
    const large: Dataset = { ...corners(), shape: [height, width, 1], train: part, validation: part, test: null };
    const atOnce = async (batchSize: number): Promise<number[]> => {
      const run = settings({ model: { name: 'mlp' } });
      const network = buildNetwork({ ...run, training: { ...run.training, batchSize } }, large);
      const handed = vi.spyOn(steps, 'evaluationBatch');
      const state = toDevice(freshState(network, 1));
      await evaluate(steps, network, state, 'val', 0);
      tf.dispose(state);
      const sizes = handed.mock.calls.map((call) => call[3]);
      handed.mockRestore();
      return sizes;
    };
    // 262,144 pixels are 21 images: five batches of 18. Where 65,536 are enough it is as many as are trained on: six of
    // 15.
    expect(new Set(await atOnce(16))).toEqual(new Set([steps.imagesAtOnce === 256 ? 18 : 15]));
    expect(new Set(await atOnce(64))).toEqual(new Set([45]));
  });

  test('learns, and records every metric at its batches', async () => {
    const { segments, result, last } = await train(steps, settings());
    expect(result).toEqual({ outcome: 'complete', batch: 40, intraDead: false });
    const everyBatch = Array.from({ length: 40 }, (_, t) => t);
    for (const name of [
      'total',
      'crossEntropy',
      'interClass',
      'intraClass',
      'accuracy',
      'beta',
      'learningRate',
      'gradient/crossEntropy',
      'gradient/interClass',
      'gradient/intraClass',
    ]) {
      expect(curve(segments, `train/${name}`).map(([batch]) => batch)).toEqual(everyBatch);
    }
    expect(curve(segments, 'train/truncated').map(([batch]) => batch)).toEqual(everyBatch.slice(20));
    expect(curve(segments, 'train/beta').map(([, value]) => value)).toEqual(everyBatch.map((t) => (t < 20 ? 0 : 0.2)));
    expect(curve(segments, 'val/accuracy').map(([batch]) => batch)).toEqual([0, 15, 30, 40]);
    expect(curve(segments, 'test/accuracy').map(([batch]) => batch)).toEqual([40]);
    expect(curve(segments, 'val/accuracy').at(-1)![1]).toBeGreaterThan(0.9);
    expect(last!.batch).toBe(40);
    // The total is what its recorded parts say it is.
    for (const t of [0, 19, 20, 39]) {
      const at = (name: string): number => curve(segments, `train/${name}`).find(([batch]) => batch === t)?.[1] ?? 0;
      expect(at('total')).toBeCloseTo(at('crossEntropy') + 0.5 * at('interClass') + at('beta') * at('truncated'), 4);
    }
    // The centers have seen every sample once.
    expect([...last!.state['centers/count']!.values].reduce((a, b) => a + b)).toBe(40 * 16);
  });

  test('the same task twice gives the same bits, another seed others', async () => {
    const [one, two, other] = [
      await train(steps, settings()),
      await train(steps, settings()),
      await train(steps, settings(), { seed: 6 }),
    ];
    expect(two.points).toEqual(one.points);
    expect(bytes(two.last).equals(bytes(one.last))).toBe(true);
    expect(other.points).not.toEqual(one.points);
  });

  test.each<[string, Changes]>([
    ['momentum', {}],
    [
      'adam with dropout, weight decay and clipping',
      { model: { dropout: 0.3 }, optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 1e-3, clipNorm: 1 } },
    ],
    [
      'adamw with batch norm and augmentation',
      {
        model: { name: 'cnn' },
        optimizer: { name: 'adamw', learningRate: 1e-3, weightDecay: 1e-2 },
        augment: { shift: 1, flip: true, cutout: 2 },
      },
    ],
    ['sgd on a residual network', { model: { name: 'resnet8' }, optimizer: { name: 'sgd' } }],
  ])('stopped and continued gives the bits of an undisturbed run: %s', async (_name, changes) => {
    const run = settings(changes);
    const whole = await train(steps, run);
    const first = await train(steps, run, { stopAt: 15 });
    expect(first.result.outcome).toBe('stopped');
    expect(first.last!.batch).toBeLessThan(40);
    const second = await train(steps, run, { start: decodeCheckpoint(encodeCheckpoint(first.last!)) });
    expect(second.segments[0]!.from).toBe(first.last!.batch);
    expect(pointsOf([...first.segments, ...second.segments])).toEqual(whole.points);
    expect(bytes(second.last).equals(bytes(whole.last))).toBe(true);
  });

  test('a stage whose checkpoint is lost starts further back, and is recorded only from its first batch', async () => {
    const whole = await train(steps, settings());
    const replayed = await train(steps, settings(), { from: 20 });
    // The evaluation of batch 20 belongs to the stage before.
    const after = whole.points.filter((point) =>
      point.startsWith('train/') ? Number(point.split(' ')[1]) >= 20 : Number(point.split(' ')[1]) > 20,
    );
    expect(replayed.points).toEqual(after);
    expect(replayed.segments[0]!.from).toBe(20);
    expect(bytes(replayed.last).equals(bytes(whole.last))).toBe(true);
  });

  test('runs that differ only after N are the same until N', async () => {
    const [a, b] = [
      await train(steps, settings({ run: { beta: 0.4, epsilon: 0.1 } })),
      await train(steps, settings({ run: { beta: 0 } })),
    ];
    const before = ({ points }: Trained): string[] => points.filter((point) => Number(point.split(' ')[1]) < 20);
    expect(before(a)).toEqual(before(b));
    expect(a.points).not.toEqual(b.points);
    expect(curve(b.segments, 'train/truncated')).toEqual([]);
    expect(b.result.intraDead).toBeNull();
  });

  describe('several ε at once', () => {
    /**
     * Trains the ε together, and after each split every group on its own, with the step that carried all of them; the
     * segments along each ε's way.
     */
    async function forked(
      run: RunSettings,
      epsilons: number[],
      start: Checkpoint | null,
      steps: StepCache,
    ): Promise<Map<number, { segments: Segment[]; splits: number[]; last: Checkpoint | null }>> {
      const { segments, result, last } = await train(
        steps,
        { ...run, epsilon: epsilons[0]! },
        { epsilons, start, places: epsilons.length > 1 ? all.length : 1 },
      );
      const ways = new Map(epsilons.map((epsilon) => [epsilon, { segments, splits: [] as number[], last }]));
      if (result.outcome !== 'split') return ways;
      expect(result.groups!.flat().sort()).toEqual([...epsilons].sort());
      for (const group of result.groups!) {
        for (const [epsilon, way] of await forked(run, group, last ?? start, steps)) {
          ways.set(epsilon, {
            segments: [...segments, ...way.segments],
            splits: [result.batch, ...way.splits],
            last: way.last,
          });
        }
      }
      return ways;
    }

    const all = [0, 0.004, 0.01, 0.03, 0.06, 1.9];

    test.each<[string, Changes]>([
      ['batch, momentum', {}],
      [
        'batch, adam with dropout, decay, clipping',
        { model: { dropout: 0.3 }, optimizer: { name: 'adam', learningRate: 1e-3, weightDecay: 1e-3, clipNorm: 1 } },
      ],
      [
        'batch, adamw with batch norm and augmentation',
        {
          model: { name: 'cnn' },
          optimizer: { name: 'adamw', learningRate: 1e-3, weightDecay: 1e-2 },
          augment: { shift: 1, flip: true, cutout: 2 },
        },
      ],
      ['batch, Nesterov on a residual network', { model: { name: 'resnet8' }, optimizer: { nesterov: true } }],
      ['batch, N = 0', { run: { N: 0 } }],
      ['sample', { run: { loss: { ...loss, truncation: 'sample' } } }],
      ['class', { run: { loss: { ...loss, truncation: 'class' } } }],
      ['none', { run: { loss: { ...loss, truncation: 'none' } } }],
      ['batch, momentum, read late', {}],
    ])('are the runs that each would be alone, bit for bit: %s', async (name, changes) => {
      const run = settings(changes);
      const together = await forked(run, all, null, name.endsWith('read late') ? late : steps);
      for (const [epsilon, way] of together) {
        const alone = await train(steps, { ...run, epsilon });
        expect(pointsOf(way.segments, epsilon)).toEqual(alone.points);
        expect(bytes(way.last).equals(bytes(alone.last))).toBe(true);
      }
      const splits = new Set([...together.values()].flatMap((way) => way.splits));
      if (name === 'none') expect(splits.size).toBe(0);
      else expect(splits.size).toBeGreaterThan(0);
    });

    test.each(['at once', 'late'])(
      'split exactly at the first batch whose tests differ, losses read %s',
      async (when) => {
        const run = settings();
        const [low, high] = [0.004, 0.03];
        const { result } = await train(
          when === 'late' ? late : steps,
          { ...run, epsilon: low },
          { epsilons: [low, high] },
        );
        const alone = await train(steps, { ...run, epsilon: low });
        const first = curve(alone.segments, 'train/intraClass').find(
          ([t, l2]) => t >= 20 && Math.fround(low) < l2 !== Math.fround(high) < l2,
        );
        expect(result).toMatchObject({ outcome: 'split', batch: first![0], groups: [[low], [high]] });
      },
    );

    test('that never separate stay one run to the end', async () => {
      const { result, segments } = await train(steps, settings({ run: { epsilon: 1.8 } }), { epsilons: [1.8, 1.9] });
      expect(result).toEqual({ outcome: 'complete', batch: 40, intraDead: true });
      const totals = segments.flatMap(({ points }) => points.filter(({ metric }) => metric === 'train/truncated'));
      expect(totals.map(({ epsilon }) => epsilon)).toEqual([1.8, 1.9]);
    });
  });

  test('an ε above L2 leaves the term dead, and the run says so', async () => {
    const { result, segments } = await train(steps, settings({ run: { epsilon: 1.9 } }));
    expect(result.intraDead).toBe(true);
    expect(curve(segments, 'train/truncated').every(([, value]) => value === 0)).toBe(true);
  });

  test('a total that is not finite ends the run there, and the curve reaches to it', async () => {
    const { result, segments, last } = await train(
      steps,
      settings({ optimizer: { name: 'sgd', learningRate: 1e30, warmup: 0 } }),
    );
    expect(result.outcome).toBe('diverged');
    const totals = curve(segments, 'train/total');
    expect(totals.at(-1)![0]).toBe(result.batch);
    expect(segments.at(-1)!.to).toBe(result.batch + 1); // whenever it was noticed
    expect(Number.isFinite(totals.at(-1)![1])).toBe(false);
    expect(totals.slice(0, -1).every(([, value]) => Number.isFinite(value))).toBe(true);
    expect(last).toBeNull();
  });

  test('γ = 0 predicts by the cosines', async () => {
    const { segments } = await train(steps, settings({ run: { gamma: 0, beta: 0 } }));
    expect(curve(segments, 'val/accuracy')).toEqual(curve(segments, 'val/accuracyCosine'));
  });

  test('the number of tensors is flat over batches', async () => {
    const counts: number[] = [];
    const run = settings({ model: { name: 'cnn', dropout: 0.2 }, optimizer: { clipNorm: 1 } });
    await fit({ settings: run, epsilons: [run.epsilon], seed: 1, start: null, from: 0, to: 40 }, corners(), steps, {
      onSegment: () => {},
      onProgress: () => void counts.push(tf.memory().numTensors),
      shouldStop: () => false,
    });
    expect(new Set(counts).size).toBe(1);
  });
});

describe('a checkpoint', () => {
  const checkpoint: Checkpoint = {
    batch: 7,
    intraLive: true,
    state: {
      b: { shape: [2, 2], values: Float32Array.of(1, NaN, -0, 1e-42) },
      a: { shape: [], values: Float32Array.of(0.1) },
    },
  };

  test('comes back with the same bits, and equal ones are equal bytes', () => {
    const encoded = encodeCheckpoint(checkpoint);
    const decoded = decodeCheckpoint(encoded);
    expect(decoded).toMatchObject({ batch: 7, intraLive: true });
    expect(Buffer.from(decoded.state.b!.values.buffer)).toEqual(Buffer.from(checkpoint.state.b!.values.buffer));
    const { a, b } = checkpoint.state;
    expect(encodeCheckpoint({ ...checkpoint, state: { a: a!, b: b! } })).toEqual(encoded);
  });

  test('that is cut, or something else, is refused', () => {
    const encoded = encodeCheckpoint(checkpoint);
    expect(() => decodeCheckpoint(encoded.subarray(0, encoded.length - 4))).toThrow(/says \d+ bytes, found \d+/);
    expect(() => decodeCheckpoint(encoded.subarray(0, 20))).toThrow(/header/);
    expect(() => decodeCheckpoint(new TextEncoder().encode('not a checkpoint'))).toThrow(/cosweep1/);
  });
});
