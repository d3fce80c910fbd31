import { describe, expect, it } from 'vitest';
import { instantiate } from '../../../server/training/engines/wasm/assembled/module.ts';
import type { TileTransform } from '../../../server/training/engines/wasm/assembled/tile-transforms.ts';
import { difference, slowTensor } from './slow.ts';

/** A memory of its own, with numbers in it, and the functions on it. */
function bench(simd: boolean) {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const floats = new Float32Array(memory.buffer);
  let end = 1; // not on a multiple of 16 bytes: nothing may rely on that
  return {
    functions: instantiate(memory, simd),
    /** Puts values into memory; returns their address and a look at them. */
    put(values: number[]) {
      const view = floats.subarray(end, end + values.length);
      view.set(values);
      const address = 4 * end;
      end += values.length + 1;
      return { address, view };
    },
    /** What lies beside the arrays, which nobody may write. */
    gaps: () => floats[0],
  };
}

const values = (count: number, seed: number) => slowTensor([count], seed).values;

describe.each([
  ['four numbers at a time', true],
  ['one number at a time', false],
])('assembled functions, %s', (_, simd) => {
  it.each([
    [1, 1, 1, 1],
    [4, 8, 1, 3],
    [7, 13, 3, 5],
    [9, 16, 2, 8],
    [3, 31, 1, 40],
  ])('outer products of %i × %i over %i lines of %i points', (m, n, lines, points) => {
    const { functions, put } = bench(simd);
    // Points of a overlap, as in a convolution's input; lines are further apart than their points need.
    const [aPoint, aRow, aLine, bPoint, bLine] = [2, 3, 2 * points + 5, n + 3, (n + 3) * points + 1];
    const a = put(values(aLine * lines + aRow * m, 1));
    const b = put(values(bLine * lines + n, 2));
    const before = values(m * (n + 2), 3);
    const out = put(before);
    functions.addOuterProducts(
      a.address,
      b.address,
      out.address,
      lines,
      points,
      4 * aRow,
      4 * aLine,
      4 * aPoint,
      4 * bLine,
      4 * bPoint,
      4 * (n + 2),
      m,
      n,
    );
    const expected = before.map((value, flat) => {
      const [i, j] = [Math.floor(flat / (n + 2)), flat % (n + 2)];
      if (j >= n) return value;
      let sum = value;
      for (let line = 0; line < lines; line++)
        for (let point = 0; point < points; point++)
          sum += a.view[line * aLine + point * aPoint + i * aRow]! * b.view[line * bLine + point * bPoint + j]!;
      return sum;
    });
    expect(difference(out.view, expected)).toBeLessThan(2e-6);
    const afresh = put(before.map(() => NaN));
    functions.setOuterProducts(
      a.address,
      b.address,
      afresh.address,
      lines,
      points,
      4 * aRow,
      4 * aLine,
      4 * aPoint,
      4 * bLine,
      4 * bPoint,
      4 * (n + 2),
      m,
      n,
    );
    const set = expected.map((value, flat) => (flat % (n + 2) < n ? value - before[flat]! : NaN));
    expect(afresh.view.every((value, flat) => Number.isNaN(value) === Number.isNaN(set[flat]!))).toBe(true);
    expect(
      difference(
        afresh.view.filter((value) => !Number.isNaN(value)),
        set.filter((value) => !Number.isNaN(value)),
      ),
    ).toBeLessThan(4e-6);
  });

  it.each([1, 4, 6, 13])('copies %i columns of rows that are apart', (columns) => {
    const { functions, put } = bench(simd);
    const [rows, from, to] = [3, put(values(3 * 20, 1)), put(Array<number>(3 * 15).fill(0))];
    functions.copyRows(from.address, 4 * 20, to.address, 4 * 15, rows, columns);
    expect([...to.view]).toEqual(
      Array.from(to.view, (_, at) => (at % 15 < columns ? from.view[Math.floor(at / 15) * 20 + (at % 15)]! : 0)),
    );
  });

  it.each([1, 4, 7])("Winograd's tiles in %i channels are a convolution and its gradient", (channels) => {
    const { functions, put } = bench(simd);
    const square = (side: number, seed: number) => put(values(side * side * channels, seed));
    const empty = (side: number) => put(Array<number>(side * side * channels).fill(0));
    /** All channels of one tile, before and after. */
    const transform = (name: TileTransform, from: Placed, fromSide: number, toSide: number) => {
      const to = empty(toSide);
      functions[name](
        from.address,
        4 * fromSide * channels,
        4 * channels,
        to.address,
        4 * toSide * channels,
        4 * channels,
        0,
        0,
        1,
        channels,
      );
      return to;
    };
    const times = (a: Placed, b: Placed) => put([...a.view].map((value, at) => value * b.view[at]!));
    const at = (side: number, i: number, j: number, c: number) => (i * side + j) * channels + c;

    const [pixels, taps, gradients] = [square(4, 1), square(3, 2), square(2, 3)];
    const positions = transform('transformPixels', pixels, 4, 4);
    const results = transform('restoreResults', times(positions, transform('transformTaps', taps, 3, 4)), 4, 2);
    const tapGradients = transform(
      'restoreTaps',
      times(positions, transform('transformResults', gradients, 2, 4)),
      4,
      3,
    );
    const [expected, expectedGradients] = [[...empty(2).view], [...empty(3).view]];
    for (const [p, q, i, j] of [0, 1].flatMap((p) =>
      [0, 1].flatMap((q) => [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [p, q, i, j] as const))),
    )) {
      for (let c = 0; c < channels; c++) {
        const pixel = pixels.view[at(4, p + i, q + j, c)]!;
        expected[at(2, p, q, c)]! += pixel * taps.view[at(3, i, j, c)]!;
        expectedGradients[at(3, i, j, c)]! += pixel * gradients.view[at(2, p, q, c)]!;
      }
    }
    expect(difference(results.view, expected)).toBeLessThan(2e-6);
    expect(difference(tapGradients.view, expectedGradients)).toBeLessThan(2e-6);
  });

  it.each([1, 3, 4, 8, 13, 29])('functions by channel, of %i channels', (channels) => {
    const { functions, put } = bench(simd);
    const points = 5;
    const [x, y] = [put(values(points * channels, 1)), put(values(points * channels, 2))];
    const [center, scale, gain, shift] = [3, 4, 5, 6].map((seed) => put(values(channels, seed))) as [
      Placed,
      Placed,
      Placed,
      Placed,
    ];
    const sums = () => put(values(channels, 7));
    const all = () => put(Array<number>(points * channels).fill(0));
    const perChannel = (term: (at: number, c: number) => number) =>
      values(channels, 7).map((start, c) => {
        let sum = start;
        for (let p = 0; p < points; p++) sum += term(p * channels + c, c);
        return sum;
      });
    const perPoint = (value: (at: number, c: number) => number) => [...x.view].map((_, at) => value(at, at % channels));
    const apart = (at: number, c: number) => x.view[at]! - center.view[c]!;

    let out = sums();
    functions.addSums(x.address, out.address, points, channels);
    expect(
      difference(
        out.view,
        perChannel((at) => x.view[at]!),
      ),
    ).toBeLessThan(1e-6);
    out = sums();
    functions.addCenteredSquares(x.address, center.address, out.address, points, channels);
    expect(
      difference(
        out.view,
        perChannel((at, c) => apart(at, c) ** 2),
      ),
    ).toBeLessThan(1e-6);
    out = sums();
    functions.addCenteredProducts(x.address, y.address, center.address, out.address, points, channels);
    expect(
      difference(
        out.view,
        perChannel((at, c) => apart(at, c) * y.view[at]!),
      ),
    ).toBeLessThan(1e-6);
    out = all();
    functions.shift(x.address, shift.address, out.address, points, channels);
    expect(
      difference(
        out.view,
        perPoint((at, c) => x.view[at]! + shift.view[c]!),
      ),
    ).toBeLessThan(1e-6);
    out = all();
    functions.gate(x.address, y.address, out.address, points, channels);
    expect([...out.view]).toEqual(perPoint((at) => (x.view[at]! > 0 ? y.view[at]! : 0)));
    out = all();
    functions.scaleCentered(x.address, center.address, scale.address, shift.address, out.address, points, channels);
    expect(
      difference(
        out.view,
        perPoint((at, c) => apart(at, c) * scale.view[c]! + shift.view[c]!),
      ),
    ).toBeLessThan(1e-6);
    out = all();
    functions.combineCentered(
      x.address,
      y.address,
      center.address,
      scale.address,
      gain.address,
      shift.address,
      out.address,
      points,
      channels,
    );
    expect(
      difference(
        out.view,
        perPoint((at, c) => apart(at, c) * scale.view[c]! + y.view[at]! * gain.view[c]! + shift.view[c]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it.each([1, 4, 7])('the first largest of a window gets the gradient, in %i channels', (channels) => {
    const { functions, put } = bench(simd);
    // A window of 2 × 3 in an image 4 wide; the largest value comes twice, in another place for every channel.
    const x = put(
      Array.from({ length: 8 * channels }, (_, at) => {
        const [point, c] = [Math.floor(at / channels), at % channels];
        return [c % 3, 4 + ((c + 1) % 3)].includes(point) ? 5 : -point;
      }),
    );
    const dy = put(values(channels, 1));
    const dx = put(Array<number>(8 * channels).fill(1));
    functions.addWindowGradient(
      x.address,
      dy.address,
      dx.address,
      2,
      3,
      4 * 4 * channels,
      4 * channels,
      1,
      0,
      channels,
    );
    const expected = Array.from({ length: 8 * channels }, (_, at) => {
      const [point, c] = [Math.floor(at / channels), at % channels];
      return 1 + (point === c % 3 ? dy.view[c]! : 0);
    });
    expect([...dx.view]).toEqual(expected.map(Math.fround));

    const out = put(Array<number>(channels).fill(0));
    functions.setWindowMaximum(x.address, out.address, 2, 3, 4 * 4 * channels, 4 * channels, 1, 0, channels);
    expect([...out.view]).toEqual(Array<number>(channels).fill(5));
    x.view[5 * channels] = NaN; // in the window's second row, first channel
    functions.setWindowMaximum(x.address, out.address, 2, 3, 4 * 4 * channels, 4 * channels, 1, 0, channels);
    expect([...out.view]).toEqual([NaN, ...Array<number>(channels - 1).fill(5)]);
  });
});

type Placed = ReturnType<ReturnType<typeof bench>['put']>;
