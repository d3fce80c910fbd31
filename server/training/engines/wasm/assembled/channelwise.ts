import {
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
  type Code,
  type Lanes,
  type ModuleBuilder,
} from './assembler.ts';

/** What is computed at every point of every channel. */
export interface Channelwise {
  /** Read at every point, [points, channels]. */
  arrays: string[];
  /** One number per channel, [channels]. */
  constants: string[];
  /** `each`: out [points, channels] is set; `sum`: the sums over all points are added to out [channels]. */
  out: 'each' | 'sum';
  value(lanes: Lanes, at: Record<string, Code>): Code;
}

/** Channels taken together, largest first. */
const CHANNELS = [8, 4, 1] as const;

/**
 * Adds a function over points × channels, channels last, that treats every channel by itself. Its parameters are the
 * addresses of the arrays, of the constants and of out, then the numbers of points (at least 1) and of channels.
 */
export function addChannelwise(module: ModuleBuilder, wide: Lanes, name: string, work: Channelwise): number {
  const addresses = [...work.arrays, ...work.constants, 'out'];
  const f = new FunctionBuilder<string>([...addresses, 'points', 'channels']);
  const [points, channels] = [f.parameters.points!, f.parameters.channels!];
  const stride = f.integer();
  return module.add(
    f.build([
      ...set(stride, multiply(get(channels), constant(4))),
      ...CHANNELS.flatMap((count) => {
        const block = module.add(channelBlock(wide, count, work));
        return inBlocksOf(count, channels, [
          ...call(block, ...addresses.map((address) => get(f.parameters[address]!)), get(points), get(stride)),
          ...addresses.flatMap((address) => advance(f.parameters[address]!, constant(4 * count))),
        ]);
      }),
    ]),
    name,
  );
}

/** A few channels of all points; constants and sums stay in local variables. */
function channelBlock(wide: Lanes, channels: number, work: Channelwise): AssembledFunction {
  const lanes = channels % wide.count === 0 ? wide : one;
  const offsets = Array.from({ length: channels / lanes.count }, (_, i) => 4 * lanes.count * i);
  const f = new FunctionBuilder<string>([...work.arrays, ...work.constants, 'out', 'points', 'stride']);
  const at = (name: string) => f.parameters[name]!;
  const moving = work.out === 'each' ? [...work.arrays, 'out'] : work.arrays;
  const constants = offsets.map(() => work.constants.map(() => f.floats(lanes)));
  const arrays = work.arrays.map(() => f.floats(lanes));
  const sums = offsets.map(() => f.floats(lanes));

  const value = (i: number): Code => [
    ...work.arrays.flatMap((name, k) => set(arrays[k]!, lanes.load(get(at(name)), offsets[i]))),
    ...work.value(
      lanes,
      Object.fromEntries([
        ...work.arrays.map((name, k) => [name, get(arrays[k]!)]),
        ...work.constants.map((name, k) => [name, get(constants[i]![k]!)]),
      ]),
    ),
  ];
  return f.build([
    ...offsets.flatMap((offset, i) =>
      work.constants.flatMap((name, k) => set(constants[i]![k]!, lanes.load(get(at(name)), offset))),
    ),
    ...(work.out === 'sum' ? offsets.flatMap((offset, i) => set(sums[i]!, lanes.load(get(at('out')), offset))) : []),
    ...repeat(at('points'), get(at('points')), [
      ...offsets.flatMap((offset, i) =>
        work.out === 'sum'
          ? set(sums[i]!, lanes.add(value(i), get(sums[i]!)))
          : lanes.store(get(at('out')), value(i), offset),
      ),
      ...moving.flatMap((name) => advance(at(name), get(at('stride')))),
    ]),
    ...(work.out === 'sum' ? offsets.flatMap((offset, i) => lanes.store(get(at('out')), get(sums[i]!), offset)) : []),
  ]);
}
