import { advance, call, constant, FunctionBuilder, get, inBlocksOf, one, repeat, set, type AssembledFunction, type Lanes, type ModuleBuilder, type Variable } from './assembler.ts';

const CHANNELS = [4, 1] as const;

const parameters = ['x', 'dy', 'dx', 'rows', 'columns', 'row', 'point'] as const;

/**
 * Adds the gradient of one window of max pooling: dx at the first largest x of the window, channel by channel, gets dy added.
 *
 * `x` and `dx` are the addresses of the window's first point, `rows` and `columns` its size, `row` and `point` the distances of
 * neighbours in bytes.
 */
export function addMaxPoolWindow(module: ModuleBuilder, wide: Lanes): number {
  const f = new FunctionBuilder([...parameters, 'channels']);
  const { x, dy, dx, channels } = f.parameters;
  return module.add(f.build(CHANNELS.flatMap((count) => {
    const block = module.add(window(wide, count));
    return inBlocksOf(count, channels, [
      ...call(block, ...parameters.map((name) => get(f.parameters[name]))),
      ...[x, dy, dx].flatMap((address) => advance(address, constant(4 * count))),
    ]);
  })), 'addMaxPoolWindow');
}

function window(wide: Lanes, channels: number): AssembledFunction {
  const lanes = channels % wide.count === 0 ? wide : one;
  const offsets = Array.from({ length: channels / lanes.count }, (_, i) => 4 * lanes.count * i);
  const f = new FunctionBuilder(parameters);
  const { x, dy, dx, rows, columns, row, point } = f.parameters;
  const [xRow, dxRow, xHere, dxHere, rowsLeft, columnsLeft] = Array.from({ length: 6 }, () => f.integer()) as [Variable, Variable, Variable, Variable, Variable, Variable];
  const largest = f.floats(lanes);
  const gradient = f.floats(lanes);

  const overWindow = (body: number[]) => [
    ...set(xRow, get(x)),
    ...set(dxRow, get(dx)),
    ...repeat(rowsLeft, get(rows), [
      ...set(xHere, get(xRow)),
      ...set(dxHere, get(dxRow)),
      ...repeat(columnsLeft, get(columns), [...body, ...advance(xHere, get(point)), ...advance(dxHere, get(point))]),
      ...advance(xRow, get(row)),
      ...advance(dxRow, get(row)),
    ]),
  ];
  return f.build(offsets.flatMap((offset) => {
    const value = lanes.load(get(xHere), offset);
    return [
      ...set(largest, lanes.load(get(x), offset)),
      ...overWindow(set(largest, lanes.maximum(get(largest), value))),
      ...set(gradient, lanes.load(get(dy), offset)),
      ...overWindow([
        ...lanes.store(get(dxHere), lanes.add(lanes.load(get(dxHere), offset), lanes.whereEqual(get(largest), value, get(gradient))), offset),
        // Only the first of equal values gets the gradient: what was found equals nothing any more.
        ...set(largest, lanes.spoilWhereEqual(get(largest), value)),
      ]),
    ];
  }));
}
