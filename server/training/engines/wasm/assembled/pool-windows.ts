import {
  advance,
  call,
  constant,
  FunctionBuilder,
  get,
  inBlocksOf,
  one,
  repeat,
  set,
  type AssembledFunction,
  type Code,
  type Lanes,
  type ModuleBuilder,
  type Variable,
} from './assembler.ts';

/**
 * `x` is the address of the first window's corner. `rows` and `columns` are a window's size; `row` and `point` are the
 * distances between neighbouring rows and points, in bytes. There are `windows` windows, `step` bytes apart; their
 * results are `point` bytes apart.
 */
const GEOMETRY = ['rows', 'columns', 'row', 'point', 'windows', 'step'] as const;

/**
 * Adds the two functions of max pooling, each for some windows side by side and all channels:
 *
 * - setWindowMaximum (x, out, rows, columns, row, point, windows, step, channels): out = the largest x; NaN counts as
 *   largest.
 * - addWindowGradient (x, dy, dx, rows, columns, row, point, windows, step, channels): dy is added to dx where x is
 *   first the largest.
 */
export function addPoolWindows(module: ModuleBuilder, wide: Lanes): void {
  const lanes = new Set([wide, one]);
  overChannels(module, lanes, 'setWindowMaximum', ['x', 'out'], maximum);
  overChannels(module, lanes, 'addWindowGradient', ['x', 'dy', 'dx'], gradient);
}

function overChannels(
  module: ModuleBuilder,
  lanes: Set<Lanes>,
  name: string,
  addresses: string[],
  ofLanes: (lanes: Lanes) => AssembledFunction,
): void {
  const f = new FunctionBuilder<string>([...addresses, ...GEOMETRY, 'channels']);
  module.add(
    f.build(
      [...lanes].flatMap((together) => {
        const target = module.add(ofLanes(together));
        return inBlocksOf(together.count, f.parameters.channels!, [
          ...call(target, ...[...addresses, ...GEOMETRY].map((parameter) => get(f.parameters[parameter]!))),
          ...addresses.flatMap((address) => advance(f.parameters[address]!, constant(4 * together.count))),
        ]);
      }),
    ),
    name,
  );
}

function maximum(lanes: Lanes): AssembledFunction {
  const f = new FunctionBuilder(['x', 'out', ...GEOMETRY]);
  const { x, out, windows, step, point } = f.parameters;
  const largest = f.floats(lanes);
  return f.build(
    repeat(windows, get(windows), [
      ...set(largest, lanes.load(get(x))),
      ...overWindow(f, [x], ([here]) => set(largest, lanes.maximum(get(largest), lanes.load(get(here!))))),
      ...lanes.store(get(out), get(largest)),
      ...advance(x, get(step)),
      ...advance(out, get(point)),
    ]),
  );
}

function gradient(lanes: Lanes): AssembledFunction {
  const f = new FunctionBuilder(['x', 'dy', 'dx', ...GEOMETRY]);
  const { x, dy, dx, windows, step, point } = f.parameters;
  const [largest, share] = [f.floats(lanes), f.floats(lanes)];
  return f.build(
    repeat(windows, get(windows), [
      ...set(largest, lanes.load(get(x))),
      ...overWindow(f, [x], ([here]) => set(largest, lanes.maximum(get(largest), lanes.load(get(here!))))),
      ...set(share, lanes.load(get(dy))),
      ...overWindow(f, [x, dx], ([here, dxHere]) => {
        const value = lanes.load(get(here!));
        return [
          ...lanes.store(
            get(dxHere!),
            lanes.add(lanes.load(get(dxHere!)), lanes.whereEqual(get(largest), value, get(share))),
          ),
          // Only the first of equal values gets the gradient: once it is found, `largest` becomes NaN, which equals
          // nothing.
          ...set(largest, lanes.spoilWhereEqual(get(largest), value)),
        ];
      }),
      ...advance(x, get(step)),
      ...advance(dx, get(step)),
      ...advance(dy, get(point)),
    ]),
  );
}

/** The body for every point of the window, with variables that hold its address in each of the arrays. */
function overWindow(
  f: FunctionBuilder<(typeof GEOMETRY)[number]>,
  arrays: Variable[],
  body: (here: Variable[]) => Code,
): Code {
  const { rows, columns, row, point } = f.parameters;
  const [rowsLeft, columnsLeft] = [f.integer(), f.integer()];
  const lines = arrays.map(() => f.integer());
  const here = arrays.map(() => f.integer());
  return [
    ...lines.flatMap((line, i) => set(line, get(arrays[i]!))),
    ...repeat(rowsLeft, get(rows), [
      ...here.flatMap((address, i) => set(address, get(lines[i]!))),
      ...repeat(columnsLeft, get(columns), [...body(here), ...here.flatMap((address) => advance(address, get(point)))]),
      ...lines.flatMap((line) => advance(line, get(row))),
    ]),
  ];
}
