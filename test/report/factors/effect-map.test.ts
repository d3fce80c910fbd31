import { describe, expect, it } from 'vitest';
import { mapEffects, type EffectCell, type ShownCell } from '../../../server/report/factors/effect-map.ts';
import { summarisePairs } from '../../../server/report/statistics/paired-summary.ts';
import { arm, grid } from './arms.ts';

const all = { isFeasible: () => true };

function meanOf(cell: EffectCell): number | string {
  return 'summary' in cell ? cell.summary.mean : cell.kind;
}

describe('mapEffects', () => {
  it('averages the arms of a cell within each seed', () => {
    const arms = [
      arm(0, { a: 1, b: 1, c: 1 }, [1, 2, 3]),
      arm(1, { a: 1, b: 1, c: 2 }, [3, 2, 5]),
      arm(2, { a: 2, b: 1, c: 1 }, [0, 1, null]),
      arm(3, { a: 2, b: 1, c: 2 }, [2, 5, 9]),
      arm(4, { a: 1, b: 2, c: 1 }, [1, 1, 1]),
      arm(5, { a: 1, b: 2, c: 2 }, [1, 1, 1]),
    ];
    const map = mapEffects(['a', 'b'], arms, all)!;
    expect([map.columns, map.rows]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    const [[first, second], [third, fourth]] = map.cells as [[ShownCell, ShownCell], [ShownCell, EffectCell]];
    expect(first).toMatchObject({ kind: 'shown', arms: [0, 1], isBalanced: true });
    expect(first.summary).toEqual(summarisePairs([2, 2, 4]));
    // Seed 2 is missing in one of the two arms.
    expect(second.summary).toEqual(summarisePairs([1, 3]));
    expect(third.summary.mean).toBe(1);
    expect(fourth).toEqual({ kind: 'notRun' });
  });

  it('tells infeasible, not run, dead and unbalanced cells apart', () => {
    const arms = [
      arm(0, { alpha: 0.2, beta: 0.1, N: 1 }, [1, 2]),
      arm(1, { alpha: 0.2, beta: 0.1, N: 2 }, [1, 2]),
      arm(2, { alpha: 0.4, beta: 0.1, N: 1 }, [1, 2]),
      arm(3, { alpha: 0.4, beta: 0.1, N: 2 }, [1, 2]),
      arm(4, { alpha: 0.4, beta: 0.3, N: 1 }, [0, 0], { isDead: true }),
      arm(5, { alpha: 0.4, beta: 0.3, N: 2 }, [0, 0], { isDead: true }),
      arm(6, { alpha: 0.9, beta: 0.1, N: 1 }, [1, 2]),
      arm(7, { alpha: 0.9, beta: 0.1, N: 3 }, [], {}),
      arm(8, { alpha: 0.2, beta: 0.1, N: 1 }, [9, 9], { isOwnAblation: true }),
    ];
    const isFeasible = ({ alpha, beta }: Record<string, unknown>) => Number(alpha) > Number(beta);
    const { cells } = mapEffects(['alpha', 'beta'], arms, { isFeasible })!;
    expect(cells.map((row) => row.map(({ kind }) => kind))).toEqual([
      ['shown', 'shown', 'shown'],
      ['infeasible', 'dead', 'notRun'],
    ]);
    expect(cells[0]!.map((cell) => 'isBalanced' in cell && cell.isBalanced)).toEqual([true, true, false]);
    expect(meanOf(cells[0]![0]!)).toBe(1.5);
  });

  it('tests the cells as one family', () => {
    const noise = [0.1, -0.1, 0.05, -0.05, 0.08, -0.08];
    const arms = grid([1, 2], [1, 2], 6, () => 0).map((each, k) => ({
      ...each,
      differences: new Map(noise.map((value, seed) => [seed, (k === 0 ? 5 : 0) + value * (k + 1)])),
    }));
    const { cells } = mapEffects(['a', 'b'], arms, all)!;
    const [first, ...others] = cells.flat() as ShownCell[];
    // 2/2⁶: the smallest that six seeds allow, whatever the family, as no other cell reaches its t.
    expect(first!.p).toBe(0.03125);
    expect(others.every(({ p }) => p! > 0.05)).toBe(true);
  });

  it('is no map with one level, or more than twenty', () => {
    expect(
      mapEffects(
        ['a', 'b'],
        grid([1], [1, 2], 2, () => 1),
        all,
      ),
    ).toBeNull();
    const many = Array.from({ length: 21 }, (_, i) => i);
    expect(
      mapEffects(
        ['a', 'b'],
        grid(many, [1, 2], 2, () => 1),
        all,
      ),
    ).toBeNull();
  });
});
