import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Stream } from '../../../server/sweep/random.ts';
import type { CenterUpdate, Truncation } from '../../../server/sweep/settings.ts';
import { differentiate } from '../../../server/training/differentiate.ts';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { amSoftmax } from '../../../server/training/losses/am-softmax.ts';
import { updateCenters, type Centers } from '../../../server/training/losses/centers.ts';
import { combinedLoss, type LossOptions } from '../../../server/training/losses/combined.ts';
import { crossEntropy } from '../../../server/training/losses/cross-entropy.ts';
import { intraClass, intraClassMean } from '../../../server/training/losses/intra-class.ts';
import { truncate, truncateMean } from '../../../server/training/losses/truncation.ts';
import { unit } from '../../../server/training/losses/unit.ts';

const [B, C, d] = [9, 4, 5];
const stream = new Stream(3, 'test');
const features = tf2d(B, d);
const weights = tf2d(C, d);
const labels = [0, 1, 2, 0, 1, 2, 0, 1, 0]; // class 3 is absent

beforeAll(async () => {
  await openWasm();
});

describe('terms', () => {
  test('cross-entropy of equal logits is ln C', () => {
    expect(crossEntropy(tf.zeros([3, 10]), tf.oneHot([1, 2, 3], 10).cast('float32')).dataSync()[0]).toBeCloseTo(
      Math.log(10),
      6,
    );
  });

  test('AM-Softmax at zero cosines is 12.70 for 10 classes, s = 30, m = 0.35', () => {
    const f = tf.tensor2d([[1, 0]]);
    const w = tf.tensor2d(Array.from({ length: 10 }, () => [0, 1]));
    const loss = amSoftmax(f, w, oneHot([4], 10), tf.scalar(30), tf.scalar(0.35));
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(Math.exp(-10.5) + 9) + 10.5, 4);
  });

  test('scaling all features by 10 leaves L1 and L2 unchanged', () => {
    const terms = (f: tf.Tensor) => {
      const centers = updateCenters(noCenters(), unit(f), oneHot(labels), 'cumulative', tf.scalar(0));
      return [
        amSoftmax(f, tensor(weights), oneHot(labels), tf.scalar(30), tf.scalar(0.35)).dataSync()[0]!,
        intraClassMean(intraClass(f, oneHot(labels), centers, 'cosine')).dataSync()[0]!,
      ];
    };
    const once = terms(tensor(features));
    terms(tf.mul(tensor(features), 10)).forEach((value, i) => expect(value).toBeCloseTo(once[i]!, 4));
  });

  test('the cosine distance is half the squared distance of the unit vectors', () => {
    const centers = updateCenters(noCenters(), unit(tensor(features)), oneHot(labels), 'cumulative', tf.scalar(0));
    const own = unitRows(labels.map((label) => rows(centers.center)[label]!));
    const expected = unitRows(features).map(
      (f, i) => f.reduce((sum, value, j) => sum + (value - own[i]![j]!) ** 2, 0) / 2,
    );
    const { distances } = intraClass(tensor(features), oneHot(labels), centers, 'cosine');
    [...distances.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  test('a feature of zeros has finite gradients', () => {
    const { gradients } = differentiate(
      ({ f }) => amSoftmax(f!, tensor(weights), oneHot([0]), tf.scalar(30), tf.scalar(0.35)),
      { f: tf.zeros([1, d]) },
    );
    expect([...gradients.f!.dataSync()].every(Number.isFinite)).toBe(true);
  });
});

describe('centers', () => {
  const seen = (): Centers => ({
    sum: tf.ones([C, d]),
    count: tf.tensor1d([2, 2, 2, 2]),
    center: tf.fill([C, d], 0.5),
  });

  // The rules recomputed the slow way, class by class.
  const slow: Record<
    CenterUpdate,
    (center: number, sum: number, count: number, batchSum: number, n: number, rate: number) => number
  > = {
    cumulative: (_c, sum, count, batchSum, n) => (sum + batchSum) / (count + n),
    ema: (c, _s, _m, batchSum, n, rate) => (1 - rate) * c + rate * (batchSum / n),
    wen: (c, _s, _m, batchSum, n, rate) => c - (rate * (n * c - batchSum)) / (1 + n),
    batch: (_c, _s, _m, batchSum, n) => batchSum / n,
  };

  test.each(Object.keys(slow) as CenterUpdate[])(
    '%s moves the classes present by its rule and leaves the absent one',
    (rule) => {
      const updated = updateCenters(seen(), tensor(features), oneHot(labels), rule, tf.scalar(0.1));
      for (let k = 0; k < C; k++) {
        const members = features.filter((_, i) => labels[i] === k);
        for (let j = 0; j < d; j++) {
          const batchSum = members.reduce((sum, row) => sum + row[j]!, 0);
          const expected = members.length > 0 ? slow[rule](0.5, 1, 2, batchSum, members.length, 0.1) : 0.5;
          expect(rows(updated.center)[k]![j]).toBeCloseTo(expected, 5);
          expect(rows(updated.sum)[k]![j]).toBeCloseTo(1 + batchSum, 5);
        }
        expect(updated.count.dataSync()[k]).toBe(2 + members.length);
      }
    },
  );

  test('wen is an ema with rate ηn/(1 + n)', () => {
    const four = [0, 0, 0, 0];
    const f = tensor(features.slice(0, 4));
    const viaWen = updateCenters(seen(), f, oneHot(four), 'wen', tf.scalar(0.3));
    const viaEma = updateCenters(seen(), f, oneHot(four), 'ema', tf.scalar((0.3 * 4) / 5));
    rows(viaWen.center)[0]!.forEach((value, j) => expect(value).toBeCloseTo(rows(viaEma.center)[0]![j]!, 6));
  });

  test.each(['ema', 'wen'] as const)('%s: at first sight the center is the mean', (rule) => {
    const updated = updateCenters(noCenters(), tensor(features), oneHot(labels), rule, tf.scalar(0.1));
    const mean = features
      .filter((_, i) => labels[i] === 2)
      .reduce((sum, row) => sum.map((v, j) => v + row[j]! / 2), new Array<number>(d).fill(0));
    rows(updated.center)[2]!.forEach((value, j) => expect(value).toBeCloseTo(mean[j]!, 5));
  });
});

describe('truncation', () => {
  const intra = () => ({ distances: tf.tensor1d([0.1, 0.3, 0.5, 0.2]), seen: tf.tensor1d([1, 1, 1, 0]) });
  const hot = () => oneHot([0, 0, 1, 2], 3);
  const value = (rule: Truncation, epsilon: number) =>
    truncate(intra(), hot(), tf.scalar(epsilon), rule).dataSync()[0]!;

  test('each rule by hand; a class without a center counts nowhere', () => {
    expect(value('batch', 0.25)).toBeCloseTo(0.3 - 0.25, 6);
    expect(value('batch', 0.5)).toBe(0);
    expect(value('sample', 0.25)).toBeCloseTo((0.05 + 0.25) / 3, 6);
    expect(value('class', 0.25)).toBeCloseTo((0 + 0.25) / 2, 6);
    expect(value('none', 0.5)).toBeCloseTo(-0.2, 6);
  });

  test('the test is strict: at L2 = ε exactly the gradient is 0', () => {
    const at = (epsilon: number) =>
      differentiate(
        ({ x }) => truncate({ distances: x!, seen: tf.ones([2]) }, oneHot([0, 0]), tf.scalar(epsilon), 'batch'),
        { x: tf.tensor1d([0.25, 0.25]) },
      );
    expect([...at(0.25).gradients.x!.dataSync()]).toEqual([0, 0]);
    expect([...at(Math.fround(0.25 - 2 ** -26)).gradients.x!.dataSync()]).toEqual([0.5, 0.5]);
  });

  test.each(['batch', 'none'] as const)(
    '%s asks L2 alone: its gradient is that of L2 where the test passes, 0 where it does not',
    (rule) => {
      const [f, hot, centers] = [
        tensor(features),
        oneHot(labels),
        updateCenters(noCenters(), unit(tensor(features)), oneHot(labels), 'cumulative', tf.scalar(0)),
      ];
      const distances = (at: tf.Tensor) => intraClass(at, hot, centers, 'cosine');
      const mean = differentiate((at) => intraClassMean(distances(at.f!)), { f });
      const l2 = mean.value.dataSync()[0]!;
      for (const epsilon of [0, l2 / 2, l2, 2 * l2]) {
        const whole = differentiate((at) => truncate(distances(at.f!), hot, tf.scalar(epsilon), rule), { f });
        const { value, live } = truncateMean(mean.value, tf.scalar(epsilon), rule);
        expect(value.dataSync()[0]).toBe(whole.value.dataSync()[0]);
        expect([...tf.mul(live, mean.gradients.f!).abs().dataSync()]).toEqual([...whole.gradients.f!.abs().dataSync()]);
        expect(live.dataSync()[0]).toBe(rule === 'none' || epsilon < l2 ? 1 : 0);
      }
    },
  );

  test('NaN in a distance is not hidden', () => {
    expect(
      truncate(
        { distances: tf.tensor1d([NaN]), seen: tf.ones([1]) },
        oneHot([0]),
        tf.scalar(0.1),
        'none',
      ).dataSync()[0],
    ).toBeNaN();
  });
});

describe('the combined loss', () => {
  const options: LossOptions = {
    truncation: 'batch',
    distance: 'cosine',
    centerUpdate: 'cumulative',
    centerSpace: 'unit',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  };
  const numbers = { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.05, s: 30, m: 0.35, centerRate: 0.1 };
  const everything = { crossEntropy: true, interClass: true, intraClass: true };
  const loss = (inForce = everything, changed: Partial<typeof numbers> = {}) => {
    const scalars = Object.fromEntries(
      Object.entries({ ...numbers, ...changed }).map(([name, value]) => [name, tf.scalar(value)]),
    );
    return combinedLoss(
      tensor(features),
      tensor(weights),
      tf.zeros([C]),
      oneHot(labels),
      noCenters(),
      scalars as never,
      options,
      inForce,
    );
  };
  const number = (t: tf.Tensor) => t.dataSync()[0]!;

  test('the total is the weighted sum of its terms', () => {
    const { terms } = loss();
    expect(number(terms.total)).toBeCloseTo(
      number(terms.crossEntropy) + 0.5 * number(terms.interClass) + 0.2 * (number(terms.intraClass) - 0.05),
      4,
    );
  });

  test('with β not in force the total is the same number whatever β and ε are', () => {
    const before = { ...everything, intraClass: false };
    expect(number(loss(before, { beta: 0.4, epsilon: 0.3 }).terms.total)).toBe(number(loss(before).terms.total));
    expect(loss(before).terms.truncated).toBeNull();
  });

  test('a term of weight zero is out of the total even where it is not finite', () => {
    const { terms, gradients } = loss({ crossEntropy: true, interClass: false, intraClass: false }, { s: Infinity });
    expect(Number.isFinite(number(terms.interClass))).toBe(false);
    expect(Number.isFinite(number(terms.total))).toBe(true);
    expect([...gradients.features.dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('the intra-class term has no gradient with respect to weights and bias', () => {
    const only = { crossEntropy: false, interClass: false, intraClass: true };
    const { gradients } = loss(only);
    expect([...gradients.weights.dataSync(), ...gradients.bias.dataSync()].every((value) => value === 0)).toBe(true);
  });

  test('its gradients agree with finite differences where the centers are held', () => {
    // Centers of an earlier batch and the order lossThenUpdate: then nothing but the loss depends on the features.
    const held = updateCenters(noCenters(), unit(tensor(features)), oneHot(labels), 'cumulative', tf.scalar(0));
    const scalars = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]));
    const at = (f: number[][]) =>
      combinedLoss(
        tensor(f),
        tensor(weights),
        tf.zeros([C]),
        oneHot(labels),
        held,
        scalars as never,
        { ...options, centerOrder: 'lossThenUpdate' },
        everything,
      );
    const gradient = rows(at(features).gradients.features);
    for (const [i, j] of [
      [0, 0],
      [3, 2],
      [8, 4],
    ] as const) {
      const shifted = (by: number) =>
        number(at(features.map((row, r) => row.map((v, c) => (r === i && c === j ? v + by : v)))).terms.total);
      const numeric = (shifted(1e-2) - shifted(-1e-2)) / 2e-2;
      expect(Math.abs(gradient[i]![j]! - numeric)).toBeLessThan(0.01 * Math.max(0.1, Math.abs(numeric)) + 2e-3);
    }
  });

  test('gradient norms are those of the unweighted terms', () => {
    const { gradientNorms } = loss();
    const { gradients } = differentiate(
      ({ f }) => amSoftmax(f!, tensor(weights), oneHot(labels), tf.scalar(30), tf.scalar(0.35)),
      { f: tensor(features) },
    );
    const slow = Math.hypot(...gradients.f!.dataSync());
    expect(number(gradientNorms.interClass)).toBeCloseTo(slow, 4);
  });
});

function tf2d(n: number, m: number): number[][] {
  return Array.from({ length: n }, () => Array.from({ length: m }, () => Math.fround(stream.normal())));
}
function tensor(values: number[][]): tf.Tensor2D {
  return tf.tensor2d(values);
}
function oneHot(values: number[], classes = C): tf.Tensor {
  return tf.cast(tf.oneHot(tf.tensor1d(values, 'int32'), classes), 'float32');
}
function noCenters(): Centers {
  return { sum: tf.zeros([C, d]), count: tf.zeros([C]), center: tf.zeros([C, d]) };
}
function rows(matrix: tf.Tensor): number[][] {
  return (matrix as tf.Tensor2D).arraySync();
}
function unitRows(values: number[][]): number[][] {
  return values.map((row) => row.map((value) => value / Math.hypot(...row)));
}
