import {
  add,
  advance,
  call,
  constant,
  FunctionBuilder,
  get,
  inBlocksOf,
  multiply,
  one,
  repeat,
  set,
  type AssembledFunction,
  type Lanes,
  type ModuleBuilder,
} from './assembler.ts';

/** How many rows of the result are computed together, largest first; with 8 columns, 4 × 8 sums stay in registers. */
const ROWS = [4, 2, 1] as const;
const COLUMNS = [8, 4, 1] as const;

const GEOMETRY = ['lines', 'points', 'aRow', 'aLine', 'aPoint', 'bLine', 'bPoint', 'outRow'] as const;
const ADDRESSES = ['a', 'b', 'out'] as const;

/**
 * Adds two functions. `addOuterProducts` adds a matrix product to a matrix, as a sum of outer products:
 *
 *     out[i, j] += Σ_points a[i, point] · b[point, j], 0 ≤ i < m, 0 ≤ j < n
 *
 * `setOuterProducts` sets the matrix to that product. Convolutions, their gradients and dense layers all have this
 * form.
 *
 * Points form `lines` lines of `points` points each, both at least 1. `aRow`, `aLine` and `aPoint` are the distances in
 * bytes from one row of a to the next, from one line to the next, from one point to the next; `bLine`, `bPoint` and
 * `outRow` likewise. Rows of a may overlap, as the windows of a convolution do. Columns of b and out lie together.
 */
export function addOuterProducts(module: ModuleBuilder, wide: Lanes): void {
  for (const start of ['add', 'set'] as const) product(module, wide, start);
}

function product(module: ModuleBuilder, wide: Lanes, start: 'add' | 'set'): void {
  const f = new FunctionBuilder([...ADDRESSES, ...GEOMETRY, 'm', 'n']);
  const { b, out, n } = f.parameters;
  const forward = [...ADDRESSES, ...GEOMETRY, 'm' as const].map((name) => get(f.parameters[name]));
  module.add(
    f.build(
      COLUMNS.flatMap((columns) => {
        const target = module.add(
          strip(new Map(ROWS.map((rows) => [rows, module.add(block(wide, rows, columns, start))]))),
        );
        return inBlocksOf(columns, n, [
          ...call(target, ...forward),
          ...advance(b, constant(4 * columns)),
          ...advance(out, constant(4 * columns)),
        ]);
      }),
    ),
    `${start}OuterProducts`,
  );
}

/** A few columns of the result, all rows. */
function strip(blocks: Map<number, number>): AssembledFunction {
  const f = new FunctionBuilder([...ADDRESSES, ...GEOMETRY, 'm']);
  const { a, aRow, out, outRow, m } = f.parameters;
  const forward = [...ADDRESSES, ...GEOMETRY].map((name) => get(f.parameters[name]));
  return f.build(
    [...blocks].flatMap(([rows, target]) =>
      inBlocksOf(rows, m, [
        ...call(target, ...forward),
        ...advance(a, multiply(get(aRow), constant(rows))),
        ...advance(out, multiply(get(outRow), constant(rows))),
      ]),
    ),
  );
}

/** A block of the result, held in local variables while all points go by. */
function block(wide: Lanes, rows: number, columns: number, start: 'add' | 'set'): AssembledFunction {
  const lanes = columns % wide.count === 0 ? wide : one;
  const vectors = columns / lanes.count;
  const f = new FunctionBuilder([...ADDRESSES, ...GEOMETRY]);
  const { a, b, out, lines, points, aRow, aLine, aPoint, bLine, bPoint, outRow } = f.parameters;
  const [bHere, left] = [f.integer(), f.integer()];
  const aHere = Array.from({ length: rows }, () => f.integer());
  const factor = f.floats(lanes);
  const right = Array.from({ length: vectors }, () => f.floats(lanes));
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.floats(lanes)));
  const rowOf = (i: number) => add(get(out), multiply(get(outRow), constant(i)));
  const bytes = 4 * lanes.count;

  const atPoint = [
    ...right.flatMap((vector, j) => set(vector, lanes.load(get(bHere), bytes * j))),
    ...sums.flatMap((row, i) => [
      ...set(factor, lanes.spread(get(aHere[i]!))),
      ...row.flatMap((sum, j) => set(sum, lanes.add(get(sum), lanes.multiply(get(factor), get(right[j]!))))),
    ]),
    ...aHere.flatMap((address) => advance(address, get(aPoint))),
    ...advance(bHere, get(bPoint)),
  ];
  return f.build([
    ...sums.flatMap((row, i) =>
      row.flatMap((sum, j) => set(sum, start === 'add' ? lanes.load(rowOf(i), bytes * j) : lanes.number(0))),
    ),
    ...repeat(lines, get(lines), [
      ...aHere.flatMap((address, i) => set(address, add(get(a), multiply(get(aRow), constant(i))))),
      ...set(bHere, get(b)),
      ...repeat(left, get(points), atPoint),
      ...advance(a, get(aLine)),
      ...advance(b, get(bLine)),
    ]),
    ...sums.flatMap((row, i) => row.flatMap((sum, j) => lanes.store(rowOf(i), get(sum), bytes * j))),
  ]);
}
