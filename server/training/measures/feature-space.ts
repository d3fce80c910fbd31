import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Measures of how classes lie in feature space, on the host in float64, on unit features. */
export interface FeatureSpace {
  /** mean_i û_i · m̂_{y_i} */
  intraClassCosine: number;
  /** Largest and mean m̂_k · m̂_l over k ≠ l. */
  interClassCosineMax: number;
  interClassCosineMean: number;
  /** tr(S_W)/tr(S_B) */
  fisherRatio: number;
  /** tr(S_W S_B⁺)/C: within-class variability in units of the classes' own spread (Papyan, Han, Donoho 2020). */
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
export function featureSpace(features: Float32Array, labels: Int32Array, predictions: Int32Array, d: number, classes: number): FeatureSpace {
  const n = labels.length;
  const units = unitRows(features, n, d);
  const { present, means } = classMeans(units, labels, d, classes);
  const directions = unitRows(means, classes, d);
  const within = withinScatter(units, labels, means, present, d);
  const between = betweenScatter(means, present, d);
  return {
    ...interClassCosines(directions, present, d),
    intraClassCosine: mean(n, (i) => dot(units, i, directions, labels[i]!, d)),
    fisherRatio: trace(within) / trace(between),
    nc1: traceOfProductWithPseudoInverse(within, between, Math.min(present.length - 1, d)) / present.length,
    nc4: mean(n, (i) => (nearest(units, i, directions, present, d) === predictions[i] ? 0 : 1)),
  };
}

/** Rows scaled to length 1 (rows shorter than 1e−12 are scaled by 1e12, as in the loss). */
export function unitRows(rows: ArrayLike<number>, n: number, d: number): Float64Array {
  const units = Float64Array.from(rows);
  for (let i = 0; i < n; i++) {
    let squared = 0;
    for (let j = 0; j < d; j++) squared += units[i * d + j]! ** 2;
    const norm = Math.max(Math.sqrt(squared), 1e-12);
    for (let j = 0; j < d; j++) units[i * d + j]! /= norm;
  }
  return units;
}

function classMeans(units: Float64Array, labels: Int32Array, d: number, classes: number): { present: number[]; means: Float64Array } {
  const means = new Float64Array(classes * d);
  const counts = new Array<number>(classes).fill(0);
  labels.forEach((label, i) => {
    counts[label]!++;
    for (let j = 0; j < d; j++) means[label * d + j]! += units[i * d + j]!;
  });
  const present = counts.flatMap((count, k) => (count > 0 ? [k] : []));
  for (const k of present) for (let j = 0; j < d; j++) means[k * d + j]! /= counts[k]!;
  return { present, means };
}

/** S_W, d × d: each class's covariance (divided by its count), averaged over the classes. */
function withinScatter(units: Float64Array, labels: Int32Array, means: Float64Array, present: number[], d: number): Float64Array {
  const counts = new Map(present.map((k) => [k, 0]));
  labels.forEach((label) => counts.set(label, counts.get(label)! + 1));
  const scatter = new Float64Array(d * d);
  const deviation = new Float64Array(d);
  labels.forEach((label, i) => {
    for (let j = 0; j < d; j++) deviation[j] = units[i * d + j]! - means[label * d + j]!;
    addOuter(scatter, deviation, 1 / (counts.get(label)! * present.length));
  });
  return scatter;
}

/** S_B, d × d. */
function betweenScatter(means: Float64Array, present: number[], d: number): Float64Array {
  const center = Float64Array.from({ length: d }, (_, j) => mean(present.length, (p) => means[present[p]! * d + j]!));
  const scatter = new Float64Array(d * d);
  for (const k of present) {
    const deviation = center.map((value, j) => means[k * d + j]! - value);
    addOuter(scatter, deviation, 1 / present.length);
  }
  return scatter;
}

/** scatter += weight · v vᵀ */
function addOuter(scatter: Float64Array, v: Float64Array, weight: number): void {
  const d = v.length;
  for (let a = 0; a < d; a++) {
    const scaled = weight * v[a]!;
    for (let b = 0; b < d; b++) scatter[a * d + b]! += scaled * v[b]!;
  }
}

/** tr(A B⁺), B⁺ from the `rank` largest eigenvalues of the symmetric B. Eigenvalues that are rounding noise are left out. */
function traceOfProductWithPseudoInverse(a: Float64Array, b: Float64Array, rank: number): number {
  const d = Math.sqrt(a.length);
  // The decomposition does not end on numbers that are not finite.
  if (!a.every(Number.isFinite) || !b.every(Number.isFinite)) return NaN;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(d, d, b), { assumeSymmetric: true });
  const largest = [...realEigenvalues.keys()].sort((p, q) => realEigenvalues[q]! - realEigenvalues[p]!).slice(0, rank);
  const noise = 1e-12 * (realEigenvalues[largest[0] ?? 0] ?? 0);
  const A = Matrix.from1DArray(d, d, a);
  let total = 0;
  for (const p of largest) {
    if (!(realEigenvalues[p]! > noise)) continue;
    const u = eigenvectorMatrix.getColumnVector(p);
    total += u.transpose().mmul(A).mmul(u).get(0, 0) / realEigenvalues[p]!;
  }
  return total;
}

function interClassCosines(directions: Float64Array, present: number[], d: number): { interClassCosineMax: number; interClassCosineMean: number } {
  const values = present.flatMap((k, p) => present.slice(0, p).map((l) => dot(directions, k, directions, l, d)));
  return { interClassCosineMax: Math.max(...values), interClassCosineMean: mean(values.length, (i) => values[i]!) };
}

function nearest(units: Float64Array, i: number, directions: Float64Array, present: number[], d: number): number {
  let best = -1;
  let largest = -Infinity;
  for (const k of present) {
    const cosine = dot(units, i, directions, k, d);
    if (cosine > largest) [best, largest] = [k, cosine];
  }
  return best;
}

function dot(a: Float64Array, row: number, b: Float64Array, other: number, d: number): number {
  let total = 0;
  for (let j = 0; j < d; j++) total += a[row * d + j]! * b[other * d + j]!;
  return total;
}

function trace(matrix: Float64Array): number {
  const d = Math.sqrt(matrix.length);
  let total = 0;
  for (let j = 0; j < d; j++) total += matrix[j * d + j]!;
  return total;
}

function mean(count: number, value: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += value(i);
  return total / count;
}
