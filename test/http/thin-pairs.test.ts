import { expect, test } from 'vitest';
import type { PairCurves } from '../../server/http/schemas/pairs.ts';
import { thinPairs } from '../../server/http/thin-pairs.ts';
import { Stream } from '../../server/sweep/random.ts';

const stream = new Stream(3, 'thin-pairs');

function pairsOf(length: number): PairCurves {
  const batches = Array.from({ length }, (_, i) => i);
  const line = () => batches.map(() => stream.normal());
  return {
    metric: { name: 'train/total', goal: 'minimize' },
    pairs: [],
    bands: [
      {
        arm: 0,
        name: 'a',
        control: false,
        N: 5,
        batches,
        n: batches.map((batch) => batch),
        mean: line(),
        low: line(),
        high: line(),
      },
    ],
    picture: {
      metric: { name: 'train/total', goal: 'minimize' },
      title: '',
      unit: 'train/total',
      scale: 1,
      yRange: [-4, 4],
      panels: [
        {
          N: 5,
          label: 'N = 5',
          end: length,
          groups: [
            {
              arm: 0,
              name: 'a',
              beta: 0.1,
              epsilon: 0,
              label: 'β = 0.1',
              batches,
              seeds: [
                { seed: 0, values: line() },
                { seed: 1, values: line() },
              ],
              mean: line(),
              low: line(),
              high: line(),
              leavesZeroAt: null,
              final: [],
              finalMean: null,
              finalLow: null,
              finalHigh: null,
              pMaxT: null,
              truncated: { batches, values: line() },
              cosine: { batches: [0], values: [1] },
              dead: [],
            },
          ],
          controlSpread: { batches, sd: line() },
        },
      ],
    },
  };
}

test('lines of a thousand points are left alone', () => {
  const pairs = pairsOf(1_000);
  expect(thinPairs(pairs)).toEqual(pairs);
});

test('longer lines keep their extremes, and the values of one batch stay together', () => {
  const pairs = pairsOf(20_000);
  const thinned = thinPairs(pairs);
  const [before, after] = [pairs.picture!.panels[0]!.groups[0]!, thinned.picture!.panels[0]!.groups[0]!];
  expect(after.batches.length).toBeLessThan(before.batches.length / 2);
  for (const of of [(group: typeof before) => group.mean, (group: typeof before) => group.seeds[1]!.values]) {
    expect(of(after)).toEqual(after.batches.map((batch) => of(before)[batch]));
    expect([Math.min(...(of(after) as number[])), Math.max(...(of(after) as number[]))]).toEqual([
      Math.min(...(of(before) as number[])),
      Math.max(...(of(before) as number[])),
    ]);
  }
  expect(after.cosine).toEqual(before.cosine);
  expect(after.truncated.batches.length).toBeLessThanOrEqual(1_000);
  expect([after.thinnedFrom, before.thinnedFrom]).toEqual([20_000, undefined]);
  const band = thinned.bands[0]!;
  expect(band.thinnedFrom).toBe(20_000);
  expect(band.n).toEqual(band.batches);
  expect([band.mean.length, band.low.length, band.high.length]).toEqual([band.n.length, band.n.length, band.n.length]);
});
