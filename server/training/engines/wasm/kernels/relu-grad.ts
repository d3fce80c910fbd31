import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, type WasmCall } from '../heap.ts';
import { inStretches } from '../stretches.ts';

/** Numbers side by side that the assembled function takes together. */
const LINE = 8;

/** The gradient of relu in one pass: dy where the output y is positive, 0 elsewhere. */
export const reluGrad = wasmKernel('ReluGrad', ({ inputs, backend }: WasmCall) => {
  const { dy, y } = inputs as { dy: TensorInfo; y: TensorInfo };
  const dx = backend.makeOutput(y.shape, 'float32');
  const addresses = [y, dy, dx].map((tensor) => addressOf(backend, tensor));
  const { gate } = assembledFunctions(backend);
  const size = util.sizeFromShape(y.shape);
  const lines = Math.floor(size / LINE);
  const gateFrom = (first: number, points: number, numbers: number) =>
    gate(...addresses.map((address) => address + 4 * first), points, numbers);
  inStretches(lines, LINE, (first, count) => gateFrom(first * LINE, count, LINE));
  if (size > lines * LINE) gateFrom(lines * LINE, 1, size - lines * LINE);
  return dx;
});
