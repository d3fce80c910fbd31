import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend, Program } from './backend.ts';
import { runElementShader } from './kernel.ts';

/** A matrix product whose factors are computed while they are read, so that neither has to be laid out in memory. */
export interface Product {
  /** Tells the product from others of the same sizes. */
  key: string;
  rows: number;
  columns: number;
  /** How many products add up to one result. */
  depth: number;
  inputs: Record<string, TensorInfo>;
  /** WGSL functions `left(row : i32, k : i32) -> f32` and `right(k : i32, column : i32) -> f32`. */
  factors: string;
  outputShape: number[];
}

/** Threads of a workgroup in each direction. */
const SIDE = 16;

/** How much of the depth a workgroup holds at a time. */
const SLICE = 16;

/** So many workgroups are taken to keep a GPU busy; a product with fewer is cut up along its depth. */
const BUSY = 256;

/**
 * Computes a matrix product tile by tile: a workgroup reads what its tile needs into shared memory, where all its
 * threads use it. A product of few results and great depth (the gradient of a filter) is cut up along its depth; the
 * parts are added up afterwards, always in the same order.
 */
export function tiledProduct(backend: WebgpuBackend, product: Product): TensorInfo {
  const { rows, columns, depth, inputs, outputShape } = product;
  const [rowsEach, columnsEach] = [resultsEach(rows), resultsEach(columns)];
  const tiles = [Math.ceil(columns / (SIDE * columnsEach)), Math.ceil(rows / (SIDE * rowsEach))] as const;
  const slices = Math.ceil(depth / SLICE);
  const slicesEach = Math.ceil(slices / Math.max(1, Math.floor(BUSY / (tiles[0] * tiles[1]))));
  const parts = Math.ceil(slices / slicesEach);
  // Rows of tiles that one direction cannot take go on in z. In z there is room then: such a product is not cut up.
  const most = backend.device.limits.maxComputeWorkgroupsPerDimension;
  const stacks = Math.ceil(tiles[1] / most);
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape: parts === 1 ? outputShape : [parts, rows * columns],
    workgroupSize: [SIDE, SIDE, 1],
    dispatchLayout: { x: [0], y: [1] },
    dispatch: [tiles[0], Math.min(tiles[1], most), stacks * parts],
    size: true,
    shaderKey: `cosweep ${product.key} ${[rows, columns, depth, slicesEach]}`,
    getUserCode: () => shader(product, rowsEach, columnsEach, slicesEach, stacks > 1 ? most : null),
  };
  const computed = backend.runWebGPUProgram(program, Object.values(inputs), 'float32');
  if (parts === 1) return computed;
  const sum = addParts(backend, computed, parts, outputShape);
  backend.disposeData(computed.dataId);
  return sum;
}

/** Results of a thread in one direction. Four where there is enough for all threads: the four share what is read. */
function resultsEach(size: number): number {
  return size > 2 * SIDE ? 4 : size > SIDE ? 2 : 1;
}

/** A thread's results lie `SIDE` apart, so that neighbouring threads read and write neighbouring numbers. */
function shader(
  { rows, columns, depth, factors }: Product,
  rowsEach: number,
  columnsEach: number,
  slices: number,
  stack: number | null,
): string {
  const [ownRows, ownColumns] = [rowsEach, columnsEach].map((count) => Array.from({ length: count }, (_, i) => i)) as [
    number[],
    number[],
  ];
  // Written out, not as arrays and loops, which not every driver keeps in registers.
  const each = (write: (r: number, c: number) => string): string =>
    ownRows.flatMap((r) => ownColumns.map((c) => write(r, c))).join('\n');
  const insideLeft = `firstRow + place < ${rows} && k < ${depth}`;
  const insideRight = `firstColumn + place < ${columns} && k < ${depth}`;
  const readLeft = (r: number): string => `let left${r} = leftTile[k * ${SIDE * rowsEach} + ownRow + ${r * SIDE}];`;
  const readRight = (c: number): string =>
    `let right${c} = rightTile[k * ${SIDE * columnsEach} + ownColumn + ${c * SIDE}];`;
  return `
    var<workgroup> leftTile : array<f32, ${SLICE * SIDE * rowsEach}>;
    var<workgroup> rightTile : array<f32, ${SLICE * SIDE * columnsEach}>;
    ${factors}
    fn main() {
      _ = uniforms.size; // a shader that does not mention its uniforms has no binding for them
      let z = i32(workgroupId.z);
      let firstRow = (i32(workgroupId.y)${stack === null ? '' : ` + z * ${stack}`}) * ${SIDE * rowsEach};
      let firstColumn = i32(workgroupId.x) * ${SIDE * columnsEach};
      let ownRow = i32(localId.y);
      let ownColumn = i32(localId.x);
      ${each((r, c) => `var sum${r}${c} = 0.0;`)}
      for (var slice = 0; slice < ${slices}; slice++) {
        let k0 = (${stack === null ? `z * ${slices} + ` : ''}slice) * ${SLICE};
        ${fill('leftTile', SIDE * rowsEach, insideLeft, 'left(firstRow + place, k)')}
        ${fill('rightTile', SIDE * columnsEach, insideRight, 'right(k, firstColumn + place)')}
        workgroupBarrier();
        for (var k = 0; k < ${SLICE}; k++) {
          ${ownRows.map(readLeft).join('\n')}
          ${ownColumns.map(readRight).join('\n')}
          ${each((r, c) => `sum${r}${c} += left${r} * right${c};`)}
        }
        workgroupBarrier();
      }
      let part = ${stack === null ? `z * ${rows * columns}` : '0'};
      ${each(
        (
          r,
          c,
        ) => `if (firstRow + ownRow + ${r * SIDE} < ${rows} && firstColumn + ownColumn + ${c * SIDE} < ${columns}) {
        result[part + (firstRow + ownRow + ${r * SIDE}) * ${columns}
          + firstColumn + ownColumn + ${c * SIDE}] = sum${r}${c};
      }`,
      )}
    }`;
}

/** All threads together read a tile of one factor; what lies outside of it is 0. */
function fill(tile: string, width: number, inside: string, value: string): string {
  return `
    for (var i = i32(localIndex); i < ${SLICE * width}; i += ${SIDE * SIDE}) {
      let place = i % ${width};
      let k = k0 + i / ${width};
      var value = 0.0;
      if (${inside}) { value = ${value}; }
      ${tile}[i] = value;
    }`;
}

function addParts(backend: WebgpuBackend, pieces: TensorInfo, parts: number, outputShape: number[]): TensorInfo {
  return runElementShader(backend, {
    key: 'sum of parts',
    outputShape,
    inputs: { pieces },
    integers: { parts },
    value: `
      var sum = 0.0;
      for (var part = 0; part < uniforms.parts; part++) {
        sum += pieces[part * uniforms.size + index];
      }
      return sum;`,
  });
}
