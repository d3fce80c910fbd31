import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Points of a picture of the feature space; `x[i]`, `y[i]` belong to `labels[i]`. */
export interface Projection {
  x: number[];
  y: number[];
  labels: number[];
}

const SAMPLE = 500;

/**
 * Two dimensions of a fixed sample of the evaluation set, always the same images: the raw features where the embedding
 * has two dimensions, else their first two principal components. A component's sign is chosen so that its largest entry is
 * positive, which keeps pictures of successive evaluations from flipping for no reason.
 *
 * @param features n × d, row-major
 */
export function project(features: Float32Array, labels: Int32Array, d: number): Projection {
  const n = Math.min(SAMPLE, labels.length);
  const chosen = Array.from({ length: n }, (_, i) => Math.floor((i * labels.length) / n));
  const rows = chosen.map((row) => new Float64Array(features.subarray(row * d, (row + 1) * d)));
  const [x, y] = d === 2 ? [0, 1].map((axis) => rows.map((row) => row[axis]!)) : principal(rows, d);
  return { x: x!, y: y!, labels: chosen.map((row) => labels[row]!) };
}

/** Coordinates along the first two principal components; NaN where a feature is not finite. */
function principal(rows: Float64Array[], d: number): number[][] {
  const means = Float64Array.from({ length: d }, (_, j) => rows.reduce((total, row) => total + row[j]!, 0) / rows.length);
  const centered = rows.map((row) => row.map((value, j) => value - means[j]!));
  const scatter = scatterOf(centered, d);
  // The decomposition does not end on numbers that are not finite.
  if (!scatter.to1DArray().every(Number.isFinite)) return [0, 1].map(() => rows.map(() => NaN));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(scatter, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((p, q) => realEigenvalues[q]! - realEigenvalues[p]!);
  // An embedding of one dimension has a second component of zeros.
  const components = [0, 1].map((rank) => (rank < order.length ? upright(eigenvectorMatrix.getColumn(order[rank]!)) : new Array<number>(d).fill(0)));
  return components.map((component) => centered.map((row) => row.reduce((total, value, j) => total + value * component[j]!, 0)));
}

/** Σ v vᵀ over the rows, d × d. By hand: the library's product takes three times as long, and this is done in every evaluation. */
function scatterOf(rows: Float64Array[], d: number): Matrix {
  const sums = new Float64Array(d * d);
  for (const v of rows) {
    for (let a = 0; a < d; a++) {
      const value = v[a]!;
      for (let b = 0, at = a * d; b <= a; b++, at++) sums[at]! += value * v[b]!;
    }
  }
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) sums[b * d + a] = sums[a * d + b]!;
  return Matrix.from1DArray(d, d, sums);
}

function upright(component: number[]): number[] {
  const largest = component.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return largest < 0 ? component.map((value) => -value) : component;
}
