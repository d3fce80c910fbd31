import { env } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { four, ModuleBuilder, one, type Lanes } from './assembler.ts';
import { addChannelwise } from './channelwise.ts';
import { addCopyRows } from './copy-rows.ts';
import { addOuterProducts } from './outer-products.ts';
import { addPoolWindows } from './pool-windows.ts';
import { addTileTransforms, type TileTransform } from './tile-transforms.ts';

type Numbers = (...addressesAndCounts: number[]) => void;

/** Functions on the backend's own memory; addresses and distances are in bytes. */
export interface AssembledFunctions extends Record<TileTransform, Numbers> {
  /** See `addOuterProducts`. */
  addOuterProducts: Numbers;
  setOuterProducts: Numbers;
  /** See `addCopyRows`. */
  copyRows: Numbers;
  /** See `addPoolWindows`. */
  setWindowMaximum: Numbers;
  addWindowGradient: Numbers;
  /** out = x + by (x, by, out, points, channels) */
  shift: Numbers;
  /** out = y where x > 0, 0 elsewhere (x, y, out, points, channels) */
  gate: Numbers;
  /** out[c] += Σ x (x, out, points, channels) */
  addSums: Numbers;
  /** out[c] += Σ (x − center)² (x, center, out, points, channels) */
  addCenteredSquares: Numbers;
  /** out[c] += Σ (x − center) · y (x, y, center, out, points, channels) */
  addCenteredProducts: Numbers;
  /** out = (x − center) · scale + shift (x, center, scale, shift, out, points, channels) */
  scaleCentered: Numbers;
  /** out = (x − center) · slope + y · gain + shift (x, y, center, slope, gain, shift, out, points, channels) */
  combineCentered: Numbers;
}

/** Assembles the module, four numbers at a time where the processor can. */
export function assemble(simd: boolean): Uint8Array<ArrayBuffer> {
  const wide = simd ? four : one;
  const module = new ModuleBuilder();
  addOuterProducts(module, wide);
  addCopyRows(module, wide);
  addPoolWindows(module, wide);
  addTileTransforms(module, wide);
  addChannelwise(module, wide, 'shift', {
    arrays: ['x'],
    constants: ['by'],
    out: 'each',
    value: (lanes, { x, by }) => lanes.add(x!, by!),
  });
  addChannelwise(module, wide, 'gate', {
    arrays: ['x', 'y'],
    constants: [],
    out: 'each',
    value: (lanes, { x, y }) => lanes.wherePositive(x!, y!),
  });
  addChannelwise(module, wide, 'addSums', { arrays: ['x'], constants: [], out: 'sum', value: (_, { x }) => x! });
  addChannelwise(module, wide, 'addCenteredSquares', {
    arrays: ['x'],
    constants: ['center'],
    out: 'sum',
    value: (lanes, { x, center }) => square(lanes, lanes.subtract(x!, center!)),
  });
  addChannelwise(module, wide, 'addCenteredProducts', {
    arrays: ['x', 'y'],
    constants: ['center'],
    out: 'sum',
    value: (lanes, { x, y, center }) => lanes.multiply(lanes.subtract(x!, center!), y!),
  });
  addChannelwise(module, wide, 'scaleCentered', {
    arrays: ['x'],
    constants: ['center', 'scale', 'shift'],
    out: 'each',
    value: (lanes, { x, center, scale, shift }) =>
      lanes.add(lanes.multiply(lanes.subtract(x!, center!), scale!), shift!),
  });
  addChannelwise(module, wide, 'combineCentered', {
    arrays: ['x', 'y'],
    constants: ['center', 'slope', 'gain', 'shift'],
    out: 'each',
    value: (lanes, { x, y, center, slope, gain, shift }) =>
      lanes.add(lanes.add(lanes.multiply(lanes.subtract(x!, center!), slope!), lanes.multiply(y!, gain!)), shift!),
  });
  return module.build();
}

const square = (lanes: Lanes, difference: number[]): number[] => lanes.multiply(difference, difference);

const instances = new WeakMap<BackendWasm, AssembledFunctions>();

/** The functions of this folder on a backend's memory, assembled when they are first needed. */
export function assembledFunctions(backend: BackendWasm): AssembledFunctions {
  let functions = instances.get(backend);
  if (!functions) {
    // `asm` is Emscripten's table of what its program exports.
    const { memory } = (backend.wasm as unknown as { asm: { memory: WebAssembly.Memory } }).asm;
    functions = instantiate(memory, env().getBool('WASM_HAS_SIMD_SUPPORT'));
    instances.set(backend, functions);
  }
  return functions;
}

export function instantiate(memory: WebAssembly.Memory, simd: boolean): AssembledFunctions {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(simd)), { backend: { memory } });
  return exports as unknown as AssembledFunctions;
}
