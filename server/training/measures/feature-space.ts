import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { rowProductBlocks, rowProducts } from './row-products.ts';

/** Measures of how classes lie in feature space, on the host in float64, on unit features. */
export interface FeatureSpace {
  /** mean_i û_i · m̂_{y_i} */
  intraClassCosine: number;
  /** Largest and mean m̂_k · m̂_l over k ≠ l. */
  interClassCosineMax: number;
  interClassCosineMean: number;
  /** tr(S_W)/tr(S_B) */
  fisherRatio: number;
  /**
   * tr(S_W S_B⁺)/C: within-class variability in units of the classes' own spread (Papyan, Han, Donoho 2020). NaN where
   * the classes have no spread.
   */
  nc1: number;
  /** Share of samples whose nearest class mean by cosine disagrees with the prediction. */
  nc4: number;
}

/**
 * With û = f/‖f‖, m_k = mean of û over class k and m = mean of the m_k (classes weigh the same):
 * S_W = mean_k Cov_k, S_B = mean_k (m_k − m)(m_k − m)ᵀ. Classes without samples are left out.
 *
 * @param features f, n × d, row-major
 * @param labels n class indices
 * @param predictions n class indices, of the network
 */
export function featureSpace(
  features: Float32Array | Float64Array,
  labels: Int32Array,
  predictions: Int32Array,
  d: number,
  classes: number,
): FeatureSpace {
  const n = labels.length;
  const units = unitRows(features, n, d);
  const samples = classMeans(units, labels, d, classes);
  const { present, means } = samples;
  const directions = unitRows(means, classes, d);
  const { own, nearest } = compareWithMeans(units, labels, directions, present, d);
  const within = weightedDeviations(units, labels, samples, d);
  const between = weightedMeans(means, present, d);
  const [spreadWithin, spreadBetween] = [sumOfSquares(within), sumOfSquares(between)];
  // On numbers that are not finite the decomposition would run forever.
  const finite = Number.isFinite(spreadWithin) && Number.isFinite(spreadBetween);
  return {
    ...interClassCosines(rowProducts(directions, directions, d), present, classes),
    intraClassCosine: mean(n, (i) => own[i]!),
    fisherRatio: spreadWithin / spreadBetween,
    nc1: finite
      ? traceOfProductWithPseudoInverse(within, between, d, Math.min(present.length - 1, d)) / present.length
      : NaN,
    nc4: mean(n, (i) => (nearest[i] === predictions[i] ? 0 : 1)),
  };
}

/** Rows scaled to length 1 (rows shorter than 1e−12 are scaled by 1e12, as in the loss). */
export function unitRows(rows: ArrayLike<number>, n: number, d: number): Float64Array {
  const units = new Float64Array(rows);
  for (let i = 0; i < n; i++) {
    let squared = 0;
    for (let j = 0; j < d; j++) squared += units[i * d + j]! ** 2;
    const norm = Math.max(Math.sqrt(squared), 1e-12);
    for (let j = 0; j < d; j++) units[i * d + j]! /= norm;
  }
  return units;
}

/** What is known of each class. */
interface ClassMeans {
  /** How many samples each class has. */
  counts: number[];
  /** The classes that have samples. */
  present: number[];
  /** classes × d */
  means: Float64Array;
}

function classMeans(units: Float64Array, labels: Int32Array, d: number, classes: number): ClassMeans {
  const means = new Float64Array(classes * d);
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    counts[label]!++;
    for (let j = 0; j < d; j++) means[label * d + j]! += units[i * d + j]!;
  }
  const present = counts.flatMap((count, k) => (count > 0 ? [k] : []));
  for (const k of present) for (let j = 0; j < d; j++) means[k * d + j]! /= counts[k]!;
  return { counts, present, means };
}

/**
 * Each sample's cosine to the mean of its own class, and the class whose mean is nearest to it.
 *
 * @param units n × d
 * @param directions of the classes' means, classes × d
 */
function compareWithMeans(
  units: Float64Array,
  labels: Int32Array,
  directions: Float64Array,
  present: number[],
  d: number,
): { own: Float64Array; nearest: Int32Array } {
  const classes = directions.length / d;
  const own = new Float64Array(labels.length);
  const nearest = new Int32Array(labels.length);
  for (const { row, products: cosines } of rowProductBlocks(units, directions, d)) {
    for (let i = row, at = 0; at < cosines.length; i++, at += classes) {
      own[i] = cosines[at + labels[i]!]!;
      nearest[i] = largestOf(cosines, at, present);
    }
  }
  return { own, nearest };
}

/**
 * Rows whose outer products add up to S_W: each sample's deviation from the mean of its class, divided by √(samples of
 * the class · classes that have samples).
 *
 * @returns n × d
 */
function weightedDeviations(
  units: Float64Array,
  labels: Int32Array,
  { counts, present, means }: ClassMeans,
  d: number,
): Float64Array {
  const weights = counts.map((count) => 1 / Math.sqrt(count * present.length));
  const rows = new Float64Array(units.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const weight = weights[label]!;
    for (let j = 0; j < d; j++) rows[i * d + j] = weight * (units[i * d + j]! - means[label * d + j]!);
  }
  return rows;
}

/**
 * Rows whose outer products add up to S_B.
 *
 * @returns one row per class that has samples, × d
 */
function weightedMeans(means: Float64Array, present: number[], d: number): Float64Array {
  const center = Float64Array.from({ length: d }, (_, j) => mean(present.length, (p) => means[present[p]! * d + j]!));
  const weight = 1 / Math.sqrt(present.length);
  return Float64Array.from(
    { length: present.length * d },
    (_, at) => weight * (means[present[Math.floor(at / d)]! * d + (at % d)]! - center[at % d]!),
  );
}

/**
 * tr(A B⁺) of A = Σ a aᵀ and B = Σ b bᵀ over rows, B⁺ from the `rank` largest eigenvalues λ of B with their vectors u:
 *
 *     tr(A B⁺) = Σ_p u_pᵀ A u_p / λ_p = Σ_p Σ_a (a · u_p/√λ_p)²
 *
 * so that neither d × d matrix is made. Eigenvalues that are rounding noise are left out.
 */
function traceOfProductWithPseudoInverse(a: Float64Array, b: Float64Array, d: number, rank: number): number {
  const { values, vectors } = eigenOfScatter(b, d);
  const largest = [...values.keys()].sort((p, q) => values[q]! - values[p]!).slice(0, rank);
  const noise = 1e-12 * (values[largest[0] ?? 0] ?? 0);
  const used = largest.filter((p) => values[p]! > noise);
  if (used.length === 0) return NaN;
  const scaled = used.flatMap((p) =>
    Array.from(vectors.subarray(p * d, (p + 1) * d), (entry) => entry / Math.sqrt(values[p]!)),
  );
  let trace = 0;
  for (const { products } of rowProductBlocks(a, Float64Array.from(scaled), d)) trace += sumOfSquares(products);
  return trace;
}

/**
 * Eigenvalues of Bᵀ B that are not 0, and their vectors as rows of length 1. The smaller of Bᵀ B and B Bᵀ is
 * decomposed: they have the same eigenvalues, and where v is a vector of B Bᵀ, Bᵀ v / √λ is one of Bᵀ B.
 *
 * @param rows B, r × d
 */
function eigenOfScatter(rows: Float64Array, d: number): { values: number[]; vectors: Float64Array } {
  const B = Matrix.from1DArray(rows.length / d, d, rows);
  const narrow = d <= B.rows;
  const product = narrow ? B.transpose().mmul(B) : B.mmul(B.transpose());
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  const vectors = narrow ? eigenvectorMatrix : B.transpose().mmul(eigenvectorMatrix); // d × number of values
  return { values: realEigenvalues, vectors: unitRows(vectors.transpose().to1DArray(), vectors.columns, d) };
}

/** @param cosines classes × classes */
function interClassCosines(
  cosines: Float64Array,
  present: number[],
  classes: number,
): { interClassCosineMax: number; interClassCosineMean: number } {
  const values = present.flatMap((k, p) => present.slice(0, p).map((l) => cosines[k * classes + l]!));
  return {
    interClassCosineMax: values.reduce((largest, value) => Math.max(largest, value), -Infinity),
    interClassCosineMean: mean(values.length, (i) => values[i]!),
  };
}

/** The present class with the largest of the cosines that begin at `row`; of equal ones the first. */
function largestOf(cosines: Float64Array, row: number, present: number[]): number {
  let best = -1;
  let largest = -Infinity;
  for (const k of present) {
    const cosine = cosines[row + k]!;
    if (cosine > largest) {
      best = k;
      largest = cosine;
    }
  }
  return best;
}

function sumOfSquares(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! * values[i]!;
  return total;
}

function mean(count: number, value: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += value(i);
  return total / count;
}
