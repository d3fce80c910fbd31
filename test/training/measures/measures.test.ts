import { describe, expect, test } from 'vitest';
import { Stream } from '../../../server/sweep/random.ts';
import {
  accuracy,
  confusionMatrix,
  crossEntropy,
  macroF1,
  mostConfusedError,
  pairError,
  predict,
} from '../../../server/training/measures/classification.ts';
import { featureSpace } from '../../../server/training/measures/feature-space.ts';
import { isProjected, project } from '../../../server/training/measures/projection.ts';
import { rowProductBlocks, rowProducts } from '../../../server/training/measures/row-products.ts';

describe('classification', () => {
  const labels = Int32Array.from([0, 0, 0, 1, 1, 2]);
  const confusion = confusionMatrix(labels, Int32Array.from([0, 0, 1, 1, 0, 2]), 3);

  test('confusion matrix, accuracy, macro-F1 and pair errors by hand', () => {
    expect(confusion).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(accuracy(confusion)).toBe(4 / 6);
    expect(macroF1(confusion)).toBeCloseTo((4 / 6 + 2 / 4 + 1) / 3, 15);
    expect(pairError(confusion, 0, 1)).toBe(2 / 5);
    expect(mostConfusedError(confusion)).toBe(2 / 5);
  });

  test('classes that never occur are no pair and no F1', () => {
    const sparse = confusionMatrix(Int32Array.from([0, 1]), Int32Array.from([0, 1]), 5);
    expect(macroF1(sparse)).toBe(1);
    expect(mostConfusedError(sparse)).toBe(0);
  });

  test('a tie goes to the lower class, and NaN never wins', () => {
    expect([...predict(Float32Array.from([1, 1, 0, NaN, NaN, NaN, 0, NaN, 2]), 3, 3)]).toEqual([0, 0, 2]);
  });

  test('cross-entropy in float64, for logits that would overflow too', () => {
    expect(crossEntropy(Float32Array.from([0, 0]), Int32Array.from([1]), 2, 1)).toBeCloseTo(Math.LN2, 15);
    expect(crossEntropy(Float32Array.from([1000, 0]), Int32Array.from([1]), 2, 1)).toBe(1000);
    expect(crossEntropy(Float32Array.from([1, 0]), Int32Array.from([0]), 2, 30)).toBeCloseTo(
      Math.log1p(Math.exp(-30)),
      14,
    );
  });
});

test('row products: every row times every row, however many there are', () => {
  const a = Float64Array.from([1, 2, 3, 4]);
  const b = Float64Array.from({ length: 12 }, (_, i) => i);
  expect([...rowProducts(a, b, 2)]).toEqual([2, 8, 14, 20, 26, 32, 4, 18, 32, 46, 60, 74]);
  expect([...rowProducts(a, b.subarray(0, 2), 2)]).toEqual([2, 4]);
  expect(rowProducts(a, new Float64Array(0), 2)).toHaveLength(0);
});

test('row products add up in the order of the entries, to the bit, and NaN stays in its row', () => {
  const [n, d] = [3, 7];
  const random = new Stream(3, 'products');
  const draw = (rows: number): Float64Array => Float64Array.from({ length: rows * d }, () => random.normal());
  const a = draw(n).fill(NaN, d, 2 * d);
  for (let m = 0; m < 10; m++) {
    const b = draw(m);
    const expected = Array.from({ length: n * m }, (_, at) => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += a[Math.floor(at / m) * d + i]! * b[(at % m) * d + i]!;
      return sum;
    });
    expect([...rowProducts(a, b, d)]).toEqual(expected);
  }
});

test('blocks of row products are the whole, row by row', () => {
  const d = 2;
  const random = new Stream(4, 'blocks');
  const [a, b] = [2500, 3].map((rows) => Float64Array.from({ length: rows * d }, () => random.normal())) as [
    Float64Array,
    Float64Array,
  ];
  const whole = rowProducts(a, b, d);
  const blocks = [...rowProductBlocks(a, b, d)];
  expect(blocks.length).toBeGreaterThan(1);
  expect(blocks.flatMap(({ products }) => [...products])).toEqual([...whole]);
  for (const { row, products } of blocks) expect(products[0]).toBe(whole[row * 3]);
  expect([...rowProductBlocks(new Float64Array(0), b, d)]).toEqual([]);
});

describe('feature space', () => {
  test('takes a thousand classes', () => {
    const classes = 1000;
    const random = new Stream(5, 'many');
    const many = featureSpace(
      Float32Array.from({ length: 2 * classes }, () => random.normal()),
      Int32Array.from({ length: classes }, (_, i) => i),
      new Int32Array(classes),
      2,
      classes,
    );
    expect(many.interClassCosineMax).toBeGreaterThan(0.999);
    expect(many.interClassCosineMax).toBeLessThanOrEqual(1 + 1e-12);
  });

  test('has no spread between classes where there is one, and no nc1', () => {
    const alone = featureSpace(Float32Array.of(1, 0, 0.6, 0.8), Int32Array.of(1, 1), Int32Array.of(1, 1), 2, 3);
    expect(alone.nc1).toBeNaN();
  });

  test('a class without samples has no mean: nothing is near to it, not even what is far from all the others', () => {
    // The sample in the middle is at more than 90° to both means.
    const samples = [...new Array<number[]>(20).fill([1, 0]), [-0.1, -1], ...new Array<number[]>(5).fill([-1, 1])];
    const labels = Int32Array.from(samples, (_, i) => (i < 21 ? 1 : 2));
    const { nc4, interClassCosineMax, interClassCosineMean } = featureSpace(
      Float32Array.from(samples.flat()),
      labels,
      labels,
      2,
      4,
    );
    expect(nc4).toBe(0);
    expect(interClassCosineMax).toBeLessThan(0);
    expect(interClassCosineMean).toBe(interClassCosineMax);
  });

  test('many samples are measured like few', () => {
    const few = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i + 1));
    const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
    const predictions = Int32Array.from({ length: 12 }, (_, i) => i % 2);
    const times = 250;
    const repeated = <T>(values: Iterable<T>): T[] => new Array<T[]>(times).fill([...values]).flat();
    const small = featureSpace(few, labels, predictions, 2, 3);
    const large = featureSpace(
      Float32Array.from(repeated(few)),
      Int32Array.from(repeated(labels)),
      Int32Array.from(repeated(predictions)),
      2,
      3,
    );
    expect(large.nc4).toBe(small.nc4);
    for (const name of ['intraClassCosine', 'fisherRatio', 'nc1'] as const)
      expect(large[name]).toBeCloseTo(small[name], 10);
  });

  const random = new Stream(11, 'features');
  const d = 3;
  const labels = Int32Array.from([0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  const features = Float32Array.from(
    { length: labels.length * d },
    (_, i) => random.normal() + (i % d === labels[Math.floor(i / d)]! ? 2 : 0),
  );
  const predictions = Int32Array.from([0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 0]);
  const measured = featureSpace(features, labels, predictions, d, 3);

  const units = [...labels].map((_, i) => {
    const row = [...features.subarray(i * d, (i + 1) * d)];
    return row.map((value) => value / Math.hypot(...row));
  });
  const members = (k: number): number[][] => units.filter((_, i) => labels[i] === k);
  const mean = (rows: number[][]): number[] =>
    rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
  const means = [0, 1, 2].map((k) => mean(members(k)));
  const cosine = (a: number[], b: number[]): number => dot(a, b) / Math.hypot(...a) / Math.hypot(...b);

  test('cosines within and between classes, recomputed the slow way', () => {
    const own = units.map((u, i) => cosine(u, means[labels[i]!]!));
    expect(measured.intraClassCosine).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 12);
    const between = [cosine(means[0]!, means[1]!), cosine(means[0]!, means[2]!), cosine(means[1]!, means[2]!)];
    expect(measured.interClassCosineMax).toBeCloseTo(Math.max(...between), 12);
    expect(measured.interClassCosineMean).toBeCloseTo((between[0]! + between[1]! + between[2]!) / 3, 12);
  });

  test('Fisher ratio: classes weigh the same', () => {
    const within = [0, 1, 2].map(
      (k) => members(k).reduce((sum, row) => sum + dist(row, means[k]!), 0) / members(k).length,
    );
    const centre = mean(means);
    const between = means.map((m) => dist(m, centre));
    expect(measured.fisherRatio).toBeCloseTo(sumOf(within) / sumOf(between), 12);
  });

  test('NC1 through the two directions that the class means span', () => {
    // S_B has rank 2: in an orthonormal basis of the means' plane its pseudo-inverse is an ordinary 2×2 inverse.
    const centre = mean(means);
    const [a, b] = [minus(means[0]!, centre), minus(means[1]!, centre)];
    const e1 = a.map((value) => value / Math.hypot(...a));
    const rest = minus(
      b,
      e1.map((value) => value * dot(b, e1)),
    );
    const e2 = rest.map((value) => value / Math.hypot(...rest));
    const in2d = (v: number[]): [number, number] => [dot(v, e1), dot(v, e2)];
    const scatter = (rows: [number, number][], weight: number): number[] =>
      rows.reduce(
        ([xx, xy, yy], [x, y]) => [xx! + weight * x * x, xy! + weight * x * y, yy! + weight * y * y],
        [0, 0, 0],
      );
    const B = scatter(
      means.map((m) => in2d(minus(m, centre))),
      1 / 3,
    );
    const W = [0, 1, 2]
      .map((k) =>
        scatter(
          members(k).map((row) => in2d(minus(row, means[k]!))),
          1 / members(k).length / 3,
        ),
      )
      .reduce((p, q) => p.map((v, i) => v + q[i]!));
    const determinant = B[0]! * B[2]! - B[1]! ** 2;
    const product = (W[0]! * B[2]! - 2 * W[1]! * B[1]! + W[2]! * B[0]!) / determinant;
    expect(measured.nc1).toBeCloseTo(product / 3, 10);
  });

  test('NC4 counts disagreement with the nearest class mean', () => {
    const nearest = units.map((u) =>
      [0, 1, 2].reduce((best, k) => (cosine(u, means[k]!) > cosine(u, means[best]!) ? k : best), 0),
    );
    expect(measured.nc4).toBe(nearest.filter((k, i) => k !== predictions[i]).length / 12);
    expect(measured.nc4).toBeGreaterThan(0);
  });

  test('features that are not finite give NaN and end', () => {
    const broken = featureSpace(new Float32Array(36).fill(NaN), labels, predictions, d, 3);
    expect(broken.nc1).toBeNaN();
    expect(broken.fisherRatio).toBeNaN();
  });

  const minus = (a: number[], b: number[]): number[] => a.map((value, j) => value - b[j]!);
  const dist = (a: number[], b: number[]): number => minus(a, b).reduce((sum, value) => sum + value ** 2, 0);
  const sumOf = (values: number[]): number => values.reduce((a, b) => a + b, 0);
});

describe('projection', () => {
  const shown = (batches: number, evalEvery: number): number[] => {
    const evaluated = Array.from({ length: batches + 1 }, (_, batch) => batch).filter(
      (batch) => batch % evalEvery === 0 || batch === batches,
    );
    return evaluated.filter((batch) => isProjected({ batches, evalEvery }, batch));
  };

  test('of few evaluations all are shown, of many the first, the last and six between them', () => {
    expect(shown(7, 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(shown(100, 30)).toEqual([0, 30, 60, 90, 100]);
    expect(shown(700, 10)).toEqual([0, 100, 200, 300, 400, 500, 600, 700]);
    expect(shown(1001, 100)).toEqual([0, 200, 300, 500, 600, 800, 900, 1001]);
  });

  test('two dimensions are shown as they are', () => {
    const { x, y, labels } = project(Float32Array.from([1, 2, 3, 4]), Int32Array.from([7, 8]), 2);
    expect({ x, y, labels }).toEqual({ x: [1, 3], y: [2, 4], labels: [7, 8] });
  });

  test('finds the plane that the points lie in: distances are kept', () => {
    // Points of a plane in 5 dimensions.
    const [p, q] = [
      [1, 0, 1, 0, 0],
      [0, 1, 0, -1, 0],
    ];
    const coordinates = [
      [0, 0],
      [3, 1],
      [-2, 4],
      [1, -5],
      [2, 2],
    ];
    const features = Float32Array.from(coordinates.flatMap(([a, b]) => p!.map((value, j) => a! * value + b! * q![j]!)));
    const { x, y } = project(features, new Int32Array(5), 5);
    for (const i of [1, 2, 3, 4]) {
      const expected = Math.hypot(...p!.map((_, j) => features[i * 5 + j]! - features[j]!));
      expect(Math.hypot(x[i]! - x[0]!, y[i]! - y[0]!)).toBeCloseTo(expected, 5);
    }
    expect(variance(x)).toBeGreaterThan(variance(y));
  });

  test('takes the same 500 images every time', () => {
    const labels = Int32Array.from({ length: 1200 }, (_, i) => i);
    const first = project(new Float32Array(2400).fill(1), labels, 2);
    expect(first.labels).toHaveLength(500);
    expect(first.labels).toEqual(project(new Float32Array(2400).fill(2), labels, 2).labels);
  });

  const variance = (values: number[]): number => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
});
