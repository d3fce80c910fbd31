import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { OwnTraining } from '../../sweep/settings.ts';
import { rowProducts } from './row-products.ts';

/** Points of a picture of the feature space; `x[i]`, `y[i]` belong to `labels[i]`. */
export interface Projection {
  x: number[];
  y: number[];
  labels: number[];
}

const SAMPLE = 500;

/** How many evaluations of a run are shown: the first, the last, and others spread evenly between them. */
const MOST_SHOWN = 8;

/**
 * Whether the evaluation at this batch is one of those whose features are shown. It depends on the settings alone:
 * wherever a run was interrupted, and whoever trained its trunk, the same ones are.
 */
export function isProjected(
  { batches, evalEvery }: Pick<OwnTraining, 'batches' | 'evalEvery'>,
  batch: number,
): boolean {
  const last = Math.ceil(batches / evalEvery); // evaluations count from 0
  const shown = Array.from({ length: MOST_SHOWN }, (_, i) => Math.round((i * last) / (MOST_SHOWN - 1)));
  return shown.includes(Math.ceil(batch / evalEvery));
}

/**
 * Two dimensions of a fixed sample of the evaluation set, always the same images: the raw features where the embedding
 * has two dimensions, else their first two principal components. A component's sign is chosen so that its largest entry
 * is positive, which keeps pictures of successive evaluations from flipping for no reason.
 *
 * @param features n × d, row-major
 */
export function project(features: Float32Array | Float64Array, labels: Int32Array, d: number): Projection {
  const n = Math.min(SAMPLE, labels.length);
  const chosen = Array.from({ length: n }, (_, i) => Math.floor((i * labels.length) / n));
  const rows = new Float64Array(n * d);
  chosen.forEach((row, i) => rows.set(features.subarray(row * d, (row + 1) * d), i * d));
  const [x, y] = d === 2 ? [0, 1].map((axis) => chosen.map((_, i) => rows[i * 2 + axis]!)) : principal(rows, n, d);
  return { x: x!, y: y!, labels: chosen.map((row) => labels[row]!) };
}

/**
 * Coordinates along the first two principal components; NaN where a feature is not finite.
 *
 * @param rows n × d, centered in place
 */
function principal(rows: Float64Array, n: number, d: number): number[][] {
  center(rows, n, d);
  const columns = transpose(rows, n, d);
  const scatter = rowProducts(columns, columns, n);
  // On numbers that are not finite the decomposition would run forever.
  if (!scatter.every(Number.isFinite)) return [0, 1].map(() => new Array<number>(n).fill(NaN));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(d, d, scatter), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort((p, q) => realEigenvalues[q]! - realEigenvalues[p]!);
  return [0, 1].map((rank) => {
    // An embedding of one dimension has a second component of zeros.
    const component =
      rank < order.length ? Float64Array.from(upright(eigenvectorMatrix.getColumn(order[rank]!))) : new Float64Array(d);
    return Array.from(rowProducts(rows, component, d));
  });
}

function center(rows: Float64Array, n: number, d: number): void {
  const means = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) means[j]! += rows[i * d + j]!;
  for (let j = 0; j < d; j++) means[j]! /= n;
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) rows[i * d + j]! -= means[j]!;
}

/**
 * @param rows n × d
 * @returns d × n
 */
function transpose(rows: Float64Array, n: number, d: number): Float64Array {
  const columns = new Float64Array(d * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) columns[j * n + i] = rows[i * d + j]!;
  return columns;
}

function upright(component: number[]): number[] {
  const largest = component.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return largest < 0 ? component.map((value) => -value) : component;
}
