import { describe, expect, test } from 'vitest';
import { armCurves, type CurvesQuestion } from '../../server/report/curves/arm-curves.ts';
import { smooth } from '../../server/report/curves/smooth.ts';
import type { Arm } from '../../server/sweep/arm.ts';
import type { SweepResults } from '../../server/sweep/results.ts';

describe('smoothing', () => {
  test('is the mean of the points around, as the slow way gives it, and keeps gaps', () => {
    const values = Array.from({ length: 40 }, (_, i) => (i === 17 ? null : Math.sin(i * i)));
    const batches = values.map((_, i) => 10 * i);
    const { values: smoothed } = smooth({ batches, values }, 0.2);
    smoothed.forEach((value, i) => {
      const around = values.slice(Math.max(0, i - 4), i + 5).filter((each) => each !== null);
      if (values[i] === null) expect(value).toBe(null);
      else expect(value).toBeCloseTo(around.reduce((sum, each) => sum + each, 0) / around.length, 12);
    });
  });

  test('never leaves the range of the values, at the ends neither, and none is none', () => {
    const values = Array.from({ length: 1000 }, (_, i) => 0.1 + (i % 3) * 1e-17 + (i === 500 ? 1e9 : 0));
    const curve = { batches: values.map((_, i) => i), values };
    for (const value of smooth(curve, 0.3).values) {
      expect(value!).toBeGreaterThanOrEqual(0.1);
      expect(value!).toBeLessThanOrEqual(1e9 + 0.1);
    }
    expect(smooth(curve, 0)).toEqual(curve);
    expect(smooth({ batches: [0], values: [3] }, 0.5).values).toEqual([3]);
  });
});

const BATCHES = [0, 20, 40];
const effects = [0, 0.02, -0.01];

/** A control and two arms on three seeds; the value tells arm, seed and batch apart. */
const value = (arm: number, seed: number, batch: number) =>
  0.5 + batch / 100 + seed / 10 + (batch > 10 ? effects[arm]! * (seed + 1) : 0);

function results(more: Partial<Arm> = {}): SweepResults {
  const arm = (index: number, N: number): Arm =>
    ({
      index,
      name: `arm${index}`,
      ablation: index === 0 ? 'noIntra' : null,
      control: index === 0,
      controlIndex: index === 0 ? null : 0,
      alpha: 0.5,
      beta: index === 0 ? 0 : 0.2,
      gamma: 1,
      epsilon: 0.01,
      N,
      swept: {},
      loss: { truncation: 'batch' },
      training: { batches: 40, batchSize: 10, dataset: { name: 'glyphs', validation: 0.2 } },
      ...more,
    }) as unknown as Arm;
  const arms = [arm(0, 40), arm(1, 10), arm(2, 20)];
  return {
    id: 's1',
    name: 'three',
    state: 'complete',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    arms,
    seeds: [0, 1, 2],
    seconds: 60,
    usage: null,
    looks: 1,
    armsBefore: [],
    runs: arms.flatMap(({ index }) =>
      [0, 1, 2].map((seed) => ({
        id: `r${3 * index + seed}`,
        arm: index,
        seed,
        state: 'complete' as const,
        engine: null,
        device: null,
        versions: {},
        bits: null,
        seconds: 20,
        error: null,
        curves: { 'val/accuracy': { batches: BATCHES, values: BATCHES.map((batch) => value(index, seed, batch)) } },
        confusion: null,
        evaluated: { val: 50, test: 0 },
        intraDead: null,
        dataFingerprint: null,
      })),
    ),
  };
}

const ask = (question: Partial<CurvesQuestion> = {}) =>
  armCurves(results(), { metric: 'val/accuracy', arms: [1], band: 'range', x: 'batch', smoothing: 0, ...question });

describe('curves of chosen arms', () => {
  test('an arm, its control, and the difference paired by seed', () => {
    const { arms, others, spread } = ask();
    const [one] = arms;
    expect([one!.name, one!.switchAt, one!.with.x, one!.with.n]).toEqual(['arm1', 10, BATCHES, [3, 3, 3]]);
    expect(one!.with.mean).toEqual(BATCHES.map((batch) => expect.closeTo(value(1, 1, batch), 12)));
    expect(one!.without!.low).toEqual(BATCHES.map((batch) => value(0, 0, batch)));
    expect(one!.without!.high).toEqual(BATCHES.map((batch) => value(0, 2, batch)));
    expect(one!.difference!.mean).toEqual([0, 0.04, 0.04].map((mean) => expect.closeTo(mean, 12)));
    expect(one!.difference!.low).toEqual([0, 0.02, 0.02].map((low) => expect.closeTo(low, 12)));
    expect(one!.seeds).toEqual([]);
    expect(others.map(({ name }) => name)).toEqual(['arm2']);
    expect(spread).toBe(null);
  });

  test('bands: sd, its share of the mean, Student’s interval; seeds are lines of their own', () => {
    const half = (band: CurvesQuestion['band']) => {
      const { mean, high } = ask({ band }).arms[0]!.difference!;
      return high[2]! - mean[2]!;
    };
    // the differences are 0.02, 0.04, 0.06
    expect(half('sd')).toBeCloseTo(0.02, 12);
    expect(half('se')).toBeCloseTo(0.02 / Math.sqrt(3), 12);
    expect(half('interval')).toBeCloseTo((4.302652729911275 * 0.02) / Math.sqrt(3), 9);
    const { with: own, seeds } = ask({ band: 'seeds' }).arms[0]!;
    expect(own.low).toEqual([null, null, null]);
    expect(seeds.map(({ seed, difference }) => [seed, difference!.y[2]])).toEqual(
      [0, 1, 2].map((seed) => [seed, expect.closeTo(0.02 * (seed + 1), 12)]),
    );
  });

  test('axes: epochs by the images, seconds by the runs, batches since the phase began with the control beside it', () => {
    expect(ask().axes).toEqual(['batch', 'epoch', 'seconds', 'switch']);
    // 50 images are a fifth: 200 train, in 20 batches of 10
    expect(ask({ x: 'epoch' }).arms[0]!.with.x).toEqual([0, 1, 2]);
    expect(ask({ x: 'seconds' }).arms[0]!.with.x).toEqual([0, 10, 20]);
    const { switchAt, with: own, without } = ask({ x: 'switch' }).arms[0]!;
    expect([switchAt, own.x, without!.x]).toEqual([0, [-10, 10, 30], [-10, 10, 30]]);
    const counted = results({ training: { batches: 40, batchSize: 10, dataset: { validation: 400 } } } as never);
    const unknown = armCurves(counted, { metric: 'val/accuracy', arms: [1], band: 'sd', x: 'epoch', smoothing: 0 });
    expect([unknown.x, unknown.axes]).toEqual(['batch', ['batch', 'seconds', 'switch']]);
  });

  test('above a dozen other arms a median and the middle 80 % stand for them', () => {
    const few = results();
    const twin = few.arms[2]!;
    const many = Array.from({ length: 20 }, (_, i) => ({ ...twin, index: 3 + i, name: `twin${i}` }));
    const runs = many.flatMap(({ index }) =>
      few.runs.filter(({ arm }) => arm === 2).map((run) => ({ ...run, id: `${run.id}-${index}`, arm: index })),
    );
    const whole = { ...few, arms: [...few.arms, ...many], runs: [...few.runs, ...runs] };
    const { others, spread } = armCurves(whole, {
      metric: 'val/accuracy',
      arms: [1],
      band: 'sd',
      x: 'batch',
      smoothing: 0,
    });
    expect([others, spread!.arms, spread!.line.x]).toEqual([[], 21, BATCHES]);
    for (const edge of [spread!.line.low, spread!.line.mean, spread!.line.high])
      expect(edge[2]).toBeCloseTo(value(2, 1, 40), 12);
  });

  test('an arm that is not there, or has no value, is left out', () => {
    expect(ask({ arms: [7, 2, 1] }).arms.map(({ arm }) => arm)).toEqual([2, 1]);
    expect(ask({ metric: 'val/nc1' }).arms).toEqual([]);
  });
});
