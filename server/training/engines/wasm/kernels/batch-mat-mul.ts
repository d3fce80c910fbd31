import { broadcast_util, util, type TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, zeros, type Call } from '../heap.ts';
import { forEachPanel, pack, releasePanels } from '../panels.ts';

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * matMul of [… , M, K] and [… , K, N], either of them given transposed, leading dimensions broadcast.
 *
 * The shipped kernel falls back to a plain loop as soon as anything is transposed or batched, which is every gradient of a
 * dense layer, and takes a right-hand side that it has met before in another shape for the old one.
 */
export const batchMatMul = wasmKernel<Attributes>('BatchMatMul', ({ inputs, backend, attrs: { transposeA, transposeB } }: Call<Attributes>) => {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const [m, kOfA] = lastTwo(a, transposeA);
  const [k, n] = lastTwo(b, transposeB);
  util.assert(kOfA === k, () =>
    `Cannot multiply matrices: inner dimensions ${kOfA} and ${k} of shapes [${a.shape}] and [${b.shape}] ` +
    `(transposeA ${transposeA}, transposeB ${transposeB}), they must be equal`);
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const [indexA, indexB] = [broadcastIndices(batchA, batch), broadcastIndices(batchB, batch)];

  const out = zeros(backend, [...batch, m, n]);
  const { addOuterProducts } = assembledFunctions(backend);
  const [aRow, aPoint] = transposeA ? [4, 4 * m] : [4 * k, 4];
  indexA.forEach((aIndex, i) => {
    const rows = Array.from({ length: k }, (_, row) => indexB[i]! * k * n + row * (transposeB ? 1 : n));
    const right = pack(backend, b, rows, n, transposeB ? k : 1);
    const [left, to] = [addressOf(backend, a) + 4 * aIndex * m * k, addressOf(backend, out) + 4 * i * m * n];
    forEachPanel(backend, right, (panel, first, width) => {
      for (let from = 0; from < k; from += POINTS) {
        addOuterProducts(
          left + from * aPoint, panel + 4 * from * width, to + 4 * first, 1, Math.min(POINTS, k - from),
          aRow, 0, aPoint, 0, 4 * width, 4 * n, m, width,
        );
      }
    });
    releasePanels(backend, right);
  });
  return out;
});

/** Points of one call: few enough that their part of a panel stays in the first-level cache. */
const POINTS = 512;

function lastTwo({ shape }: TensorInfo, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** For every matrix of the result, which matrix of an operand of shape `from` it takes. */
function broadcastIndices(from: number[], to: number[]): number[] {
  const strides = util.computeStrides([...from, 1]);
  const offset = to.length - from.length;
  return Array.from({ length: util.sizeFromShape(to) }, (_, flat) => {
    let index = 0;
    for (let d = to.length - 1, rest = flat; d >= 0; rest = Math.floor(rest / to[d]!), d--) {
      if (d >= offset && from[d - offset] !== 1) index += (rest % to[d]!) * strides[d - offset]!;
    }
    return index;
  });
}
