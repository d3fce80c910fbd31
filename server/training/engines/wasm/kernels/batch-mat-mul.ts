import { broadcast_util, getKernel, util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { assembledFunctions } from '../assembled/module.ts';
import { broadcastIndices } from '../broadcast-indices.ts';
import { addressOf, release, reshaped, wasmKernel, zeros, type WasmCall } from '../heap.ts';

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * matMul of [… , M, K] and [… , K, N], either of them given transposed, leading dimensions broadcast.
 *
 * The shipped kernel falls back to a plain loop as soon as anything is transposed or batched, as in every gradient of a
 * dense layer. Besides, it takes a right-hand side that it has met before in another shape for the old one.
 */
export const batchMatMul = wasmKernel<Attributes>(
  'BatchMatMul',
  ({ inputs, backend, attrs: { transposeA, transposeB } }: WasmCall<Attributes>) => {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    util.assert(
      a.dtype === 'float32' && b.dtype === 'float32',
      () => `Cannot multiply matrices of ${a.dtype} and ${b.dtype} on the wasm engine, both must be float32`,
    );
    const [m, kOfA] = lastTwo(a, transposeA);
    const [k, n] = lastTwo(b, transposeB);
    util.assert(
      kOfA === k,
      () =>
        `Cannot multiply matrices: inner dimensions ${kOfA} and ${k} of shapes [${a.shape}] and [${b.shape}] ` +
        `(transposeA ${transposeA}, transposeB ${transposeB}), they must be equal`,
    );
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const [indexA, indexB] = [broadcastIndices(batchA, batch), broadcastIndices(batchB, batch)];

    const out = k > 0 ? backend.makeOutput([...batch, m, n], 'float32') : zeros(backend, [...batch, m, n]);
    const right = transposeB ? swapLastTwo(backend, b) : reshaped(backend, b, b.shape);
    const panel = backend.makeOutput([POINTS, WIDTH], 'float32');
    const { setOuterProducts, addOuterProducts, copyRows } = assembledFunctions(backend);
    const [aRow, aPoint] = transposeA ? [4, 4 * m] : [4 * k, 4];
    for (let i = 0; i < indexA.length; i++) {
      const [left, to] = [addressOf(backend, a) + 4 * indexA[i]! * m * k, addressOf(backend, out) + 4 * i * m * n];
      const rows = addressOf(backend, right) + 4 * indexB[i]! * k * n;
      for (let from = 0; from < k; from += POINTS) {
        const points = Math.min(POINTS, k - from);
        for (let column = 0; column < n; column += WIDTH) {
          const width = Math.min(WIDTH, n - column);
          copyRows(rows + 4 * (from * n + column), 4 * n, addressOf(backend, panel), 4 * width, points, width);
          const multiply = from === 0 ? setOuterProducts : addOuterProducts;
          multiply(
            left + from * aPoint,
            addressOf(backend, panel),
            to + 4 * column,
            1,
            points,
            aRow,
            0,
            aPoint,
            0,
            4 * width,
            4 * n,
            m,
            width,
          );
        }
      }
    }
    release(backend, right, panel);
    return out;
  },
);

/**
 * Points and columns of one call: so few, lying together, that they stay in the first-level cache while all rows go by.
 */
const POINTS = 128;
const WIDTH = 8;

function swapLastTwo(backend: BackendWasm, x: TensorInfo): TensorInfo {
  const perm = x.shape.map((_, d) => d);
  [perm[perm.length - 2], perm[perm.length - 1]] = [perm.length - 1, perm.length - 2];
  return getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
}

function lastTwo({ shape }: TensorInfo, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}
