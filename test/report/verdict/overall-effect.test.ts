import { describe, expect, it } from 'vitest';
import { overallEffect } from '../../../server/report/verdict/overall-effect.ts';
import { signFlipTest } from '../../../server/report/statistics/sign-flip-test.ts';
import { summarisePairs } from '../../../server/report/statistics/paired-summary.ts';
import { arm } from '../factors/arms.ts';

describe('overallEffect', () => {
  const rows = [
    [0.3, 0.2, 0.5, 0.4, 0.1, 0.6, 0.2],
    [0.1, 0.4, 0.1, 0.2, 0.3, 0.2, null],
  ];

  it('averages the arms within each seed, over the seeds that all have', () => {
    const averages = [0.2, 0.3, 0.3, 0.3, 0.2, 0.4];
    const effect = overallEffect(rows.map((row, i) => arm(i, {}, row)))!;
    const { n, mean, low } = summarisePairs(averages)!;
    expect(effect).toMatchObject({ arms: 2, n: 6, p: 0.03125 });
    expect([n, effect.mean, effect.low]).toEqual([6, expect.closeTo(mean, 12), expect.closeTo(low!, 12)]);
    expect(effect.p).toBe(signFlipTest(averages));
  });

  it('counts a computation once, and leaves out dead arms and ablations of their own', () => {
    const [own, other] = rows.map((row, i) => arm(i, {}, row));
    const left = [
      arm(2, {}, rows[0]!, { sameAs: 0 }),
      arm(3, {}, [0, 0, 0, 0, 0, 0], { isDead: true }),
      arm(4, {}, [9, 9, 9, 9, 9, 9], { isOwnAblation: true }),
      arm(5, {}, []),
    ];
    expect(overallEffect([own!, other!, ...left])).toEqual({
      ...overallEffect([own!, other!]),
      leftOut: { dead: 1, same: 1, ablation: 1 },
    });
    expect(overallEffect([left[1]!, left[3]!])).toBeNull();
  });

  it('has no p where none could reach 0.05', () => {
    expect(overallEffect([arm(0, {}, [1, 2, 3, 4, 5])])).toMatchObject({ n: 5, p: null });
    expect(overallEffect([arm(0, {}, [1, 2, 3, 4, 5, 0])])).toMatchObject({ n: 6, p: null });
  });
});
