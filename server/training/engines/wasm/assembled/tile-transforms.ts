import {
  add,
  advance,
  call,
  FunctionBuilder,
  get,
  inBlocksOf,
  multiply,
  constant,
  one,
  repeat,
  set,
  type AssembledFunction,
  type Code,
  type Lanes,
  type ModuleBuilder,
} from './assembler.ts';

/**
 * The linear maps of Winograd's convolution F(2×2, 3×3): with tiles of 4×4 pixels d, 3×3 taps w and 2×2 results y
 *
 *     y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A,    and for dy: dw = Gᵀ[(A dy Aᵀ) ⊙ (Bᵀ d B)]G
 *
 * Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1; the gradient is its
 * transpose. Only sums and halves: the results are as exact as those of a plain convolution, but for a digit.
 */
const maps = {
  /** Bᵀ */
  transformPixels: {
    takes: 4,
    gives: (lanes, [d0, d1, d2, d3]) => [
      lanes.subtract(d0!, d2!),
      lanes.add(d1!, d2!),
      lanes.subtract(d2!, d1!),
      lanes.subtract(d1!, d3!),
    ],
  },
  /** G */
  transformTaps: {
    takes: 3,
    gives: (lanes, [w0, w1, w2]) => [
      w0!,
      half(lanes, lanes.add(lanes.add(w0!, w2!), w1!)),
      half(lanes, lanes.subtract(lanes.add(w0!, w2!), w1!)),
      w2!,
    ],
  },
  /** Aᵀ */
  restoreResults: {
    takes: 4,
    gives: (lanes, [m0, m1, m2, m3]) => [
      lanes.add(lanes.add(m0!, m1!), m2!),
      lanes.subtract(lanes.subtract(m1!, m2!), m3!),
    ],
  },
  /** A */
  transformResults: {
    takes: 2,
    gives: (lanes, [y0, y1]) => [
      y0!,
      lanes.add(y0!, y1!),
      lanes.subtract(y0!, y1!),
      lanes.subtract(lanes.number(0), y1!),
    ],
  },
  /** Gᵀ */
  restoreTaps: {
    takes: 4,
    gives: (lanes, [m0, m1, m2, m3]) => [
      lanes.add(m0!, half(lanes, lanes.add(m1!, m2!))),
      half(lanes, lanes.subtract(m1!, m2!)),
      lanes.add(half(lanes, lanes.add(m1!, m2!)), m3!),
    ],
  },
} satisfies Record<string, LinearMap>;

interface LinearMap {
  takes: number;
  gives(lanes: Lanes, x: Code[]): Code[];
}

const half = (lanes: Lanes, value: Code): Code => lanes.multiply(lanes.number(0.5), value);

export type TileTransform = keyof typeof maps;

const GEOMETRY = ['from', 'fromRow', 'fromColumn', 'to', 'toRow', 'toColumn'] as const;

/**
 * Adds a function for each map M. It sets to = M from Mᵀ for `tiles` squares of numbers (at least one), each in
 * `channels` channels that lie together: (from, fromRow, fromColumn, to, toRow, toColumn, fromTile, toTile, tiles,
 * channels), distances in bytes.
 */
export function addTileTransforms(module: ModuleBuilder, wide: Lanes): void {
  const lanes = new Set([wide, one]);
  for (const [name, map] of Object.entries(maps)) {
    const f = new FunctionBuilder([...GEOMETRY, 'fromTile', 'toTile', 'tiles', 'channels']);
    const { from, to, channels } = f.parameters;
    const forward = [...GEOMETRY, 'fromTile' as const, 'toTile' as const, 'tiles' as const].map((parameter) =>
      get(f.parameters[parameter]),
    );
    module.add(
      f.build(
        [...lanes].flatMap((together) => {
          const target = module.add(transform(map, together));
          return inBlocksOf(together.count, channels, [
            ...call(target, ...forward),
            ...advance(from, constant(4 * together.count)),
            ...advance(to, constant(4 * together.count)),
          ]);
        }),
      ),
      name,
    );
  }
}

/** A few channels of all tiles. */
function transform({ takes, gives }: LinearMap, lanes: Lanes): AssembledFunction {
  const f = new FunctionBuilder([...GEOMETRY, 'fromTile', 'toTile', 'tiles']);
  const { from, fromRow, fromColumn, to, toRow, toColumn, fromTile, toTile, tiles } = f.parameters;
  const [here, there] = [f.integer(), f.integer()];
  const numbers = Array.from({ length: takes }, () => f.floats(lanes));
  // By column, then row.
  const upright = Array.from({ length: takes }, () => gives(lanes, numbers.map(get)).map(() => f.floats(lanes)));

  const column = (j: number): Code => [
    ...set(here, j === 0 ? get(from) : add(get(from), multiply(get(fromColumn), constant(j)))),
    ...numbers.flatMap((number, i) => [
      ...(i === 0 ? [] : advance(here, get(fromRow))),
      ...set(number, lanes.load(get(here))),
    ]),
    ...gives(lanes, numbers.map(get)).flatMap((value, i) => set(upright[j]![i]!, value)),
  ];
  const row = (i: number): Code => [
    ...set(there, i === 0 ? get(to) : add(get(to), multiply(get(toRow), constant(i)))),
    ...gives(
      lanes,
      upright.map((of) => get(of[i]!)),
    ).flatMap((value, j) => [...(j === 0 ? [] : advance(there, get(toColumn))), ...lanes.store(get(there), value)]),
  ];
  return f.build(
    repeat(tiles, get(tiles), [
      ...numbers.flatMap((_, j) => column(j)),
      ...upright[0]!.flatMap((_, i) => row(i)),
      ...advance(from, get(fromTile)),
      ...advance(to, get(toTile)),
    ]),
  );
}
