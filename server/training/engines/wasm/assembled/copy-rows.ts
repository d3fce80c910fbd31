import {
  advance,
  call,
  constant,
  FunctionBuilder,
  get,
  inBlocksOf,
  one,
  repeat,
  type Lanes,
  type ModuleBuilder,
} from './assembler.ts';

const PARAMETERS = ['from', 'fromRow', 'to', 'toRow', 'rows'] as const;

/**
 * Adds copyRows (from, fromRow, to, toRow, rows, columns): copies the first columns of at least one row; distances in
 * bytes.
 */
export function addCopyRows(module: ModuleBuilder, wide: Lanes): void {
  const f = new FunctionBuilder([...PARAMETERS, 'columns']);
  const { from, to, columns } = f.parameters;
  module.add(
    f.build(
      [8, 4, 1].flatMap((width) => {
        const target = module.add(block(width % wide.count === 0 ? wide : one, width));
        return inBlocksOf(width, columns, [
          ...call(target, ...PARAMETERS.map((parameter) => get(f.parameters[parameter]))),
          ...advance(from, constant(4 * width)),
          ...advance(to, constant(4 * width)),
        ]);
      }),
    ),
    'copyRows',
  );
}

/** A few columns of all rows. */
function block(lanes: Lanes, width: number) {
  const f = new FunctionBuilder(PARAMETERS);
  const { from, fromRow, to, toRow, rows } = f.parameters;
  const offsets = Array.from({ length: width / lanes.count }, (_, i) => 4 * lanes.count * i);
  return f.build(
    repeat(rows, get(rows), [
      ...offsets.flatMap((offset) => lanes.store(get(to), lanes.load(get(from), offset), offset)),
      ...advance(from, get(fromRow)),
      ...advance(to, get(toRow)),
    ]),
  );
}
