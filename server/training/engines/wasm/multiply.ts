import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { floats, idOf, release } from './heap.ts';

/**
 * a · b with neither transposed: the one form of matMul that the backend gives to XNNPACK.
 *
 * @param a [M, K]
 * @param b [K, N]
 * @returns [M, N]
 */
export function multiply(backend: BackendWasm, a: TensorInfo, b: TensorInfo): TensorInfo {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const right = inOneShapeOnly(backend, b);
  const out = backend.makeOutput([m, n], 'float32');
  batchMatMul(backend)(idOf(backend, a), shapeBytes(m, k), 3, idOf(backend, right), shapeBytes(k, n), 3, 0, 0, idOf(backend, out));
  if (right !== b) release(backend, right);
  return out;
}

type BatchMatMul = (
  a: number, aShape: Uint8Array, aRank: number, b: number, bShape: Uint8Array, bRank: number, transposeA: 0 | 1, transposeB: 0 | 1, out: number,
) => void;

const bound = new WeakMap<BackendWasm, BatchMatMul>();

/** Arrays are passed through the stack of the compiled program, which takes Emscripten's own wrapper. */
function batchMatMul(backend: BackendWasm): BatchMatMul {
  let call = bound.get(backend);
  if (!call) {
    const { cwrap } = backend.wasm as unknown as { cwrap(name: string, returns: null, types: string[]): BatchMatMul };
    call = cwrap('BatchMatMul', null, ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number']);
    bound.set(backend, call);
  }
  return call;
}

/** The two dimensions under which each right-hand side was first multiplied. */
const shapesByData = new WeakMap<object, string>();

/**
 * The backend keeps b in packed form by its number alone. Reshaped tensors share that number, so a second shape of the same
 * values would be multiplied as the first (and beyond its end): it gets a copy.
 */
function inOneShapeOnly(backend: BackendWasm, b: TensorInfo): TensorInfo {
  const shape = b.shape.join('×');
  const known = shapesByData.get(b.dataId);
  if (known === undefined) shapesByData.set(b.dataId, shape);
  if (known === undefined || known === shape) return b;
  const copy = backend.makeOutput(b.shape, 'float32');
  floats(backend, copy).set(floats(backend, b));
  return copy;
}

function shapeBytes(rows: number, columns: number): Uint8Array {
  return new Uint8Array(Int32Array.of(1, rows, columns).buffer);
}
