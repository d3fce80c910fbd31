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
  const rows = new Matrix(chosen.map((row) => [...features.subarray(row * d, (row + 1) * d)]));
  const points = d === 2 ? rows : principal(rows);
  return { x: points.getColumn(0), y: points.getColumn(1), labels: chosen.map((row) => labels[row]!) };
}

/** n × 2; NaN where a feature is not finite. */
function principal(rows: Matrix): Matrix {
  const centered = rows.clone().subRowVector(rows.mean('column'));
  const covariance = centered.transpose().mmul(centered);
  // The decomposition does not end on numbers that are not finite.
  if (!covariance.to1DArray().every(Number.isFinite)) return Matrix.zeros(rows.rows, 2).fill(NaN);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((p, q) => realEigenvalues[q]! - realEigenvalues[p]!);
  // An embedding of one dimension has a second component of zeros.
  const components = [0, 1].map((rank) => (rank < order.length ? upright(eigenvectorMatrix.getColumn(order[rank]!)) : new Array<number>(rows.columns).fill(0)));
  return centered.mmul(new Matrix(components).transpose());
}

function upright(component: number[]): number[] {
  const largest = component.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return largest < 0 ? component.map((value) => -value) : component;
}
