import { add, advance, call, constant, FunctionBuilder, get, inBlocksOf, multiply, one, repeat, set, type AssembledFunction, type Lanes, type ModuleBuilder } from './assembler.ts';

/** How many rows of the result are computed together, largest first; with 8 columns, 4 × 8 sums stay in registers. */
const ROWS = [4, 2, 1] as const;
const COLUMNS = [8, 4, 1] as const;

const geometry = ['lines', 'points', 'aRow', 'aLine', 'aPoint', 'bLine', 'bPoint', 'outRow'] as const;
const addresses = ['a', 'b', 'out'] as const;

/**
 * Adds a sum of outer products to a matrix, out[i, j] += Σ_points a[point, i] · b[point, j], 0 ≤ i < m, 0 ≤ j < n: the gradient of
 * every filter and dense kernel has this form. Neither operand is packed or transposed.
 *
 * Points form `lines` lines of `points` points each, both at least 1; `aLine`, `aPoint` and so on are the distances of
 * neighbours in bytes, `outRow` that of the rows of out. Points of a may overlap, as those of a convolution's input do.
 */
export function addOuterProducts(module: ModuleBuilder, wide: Lanes): number {
  const strips = new Map(ROWS.map((rows) => {
    const blocks = new Map(COLUMNS.map((columns) => [columns, module.add(block(wide, rows, columns))]));
    return [rows, module.add(strip(blocks))];
  }));
  const f = new FunctionBuilder([...addresses, ...geometry, 'm', 'n']);
  const { a, aRow, out, outRow, m } = f.parameters;
  const forward = [...addresses, ...geometry, 'n' as const].map((name) => get(f.parameters[name]));
  const body = ROWS.flatMap((rows) => inBlocksOf(rows, m, [
    ...call(strips.get(rows)!, ...forward),
    ...advance(a, multiply(get(aRow), constant(rows))),
    ...advance(out, multiply(get(outRow), constant(rows))),
  ]));
  return module.add(f.build(body), 'addOuterProducts');
}

/** A few rows of the result, all columns. */
function strip(blocks: Map<number, number>): AssembledFunction {
  const f = new FunctionBuilder([...addresses, ...geometry, 'n']);
  const { b, out, n } = f.parameters;
  const forward = [...addresses, ...geometry].map((name) => get(f.parameters[name]));
  return f.build(COLUMNS.flatMap((columns) => inBlocksOf(columns, n, [
    ...call(blocks.get(columns)!, ...forward),
    ...advance(b, constant(4 * columns)),
    ...advance(out, constant(4 * columns)),
  ])));
}

/** A block of the result, held in local variables while all points go by. */
function block(wide: Lanes, rows: number, columns: number): AssembledFunction {
  const lanes = columns % wide.count === 0 ? wide : one;
  const vectors = columns / lanes.count;
  const f = new FunctionBuilder([...addresses, ...geometry]);
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
    ...sums.flatMap((row, i) => row.flatMap((sum, j) => set(sum, lanes.load(rowOf(i), bytes * j)))),
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
