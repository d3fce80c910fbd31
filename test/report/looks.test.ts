import { expect, test } from 'vitest';
import { correctForLooks } from '../../server/report/statistics/looks.ts';
import { signFlipTest } from '../../server/report/statistics/sign-flip-test.ts';
import { Stream } from '../../server/sweep/random.ts';

test('p times the looks, at most 1', () => {
  expect([0.01, 0.4].map((p) => correctForLooks(p, 1))).toEqual([0.01, 0.4]);
  expect([0.01, 0.4].map((p) => correctForLooks(p, 3))).toEqual([0.03, 1]);
});

test('two looks, at 6 and at 12 seeds, find something in too many sweeps without an effect, unless corrected', () => {
  const stream = new Stream(18, 'looks');
  const sweeps = 2000;
  let plain = 0;
  let corrected = 0;
  for (let i = 0; i < sweeps; i++) {
    const differences = Array.from({ length: 12 }, () => stream.normal());
    const looks = [signFlipTest(differences.slice(0, 6)), signFlipTest(differences)];
    if (looks.some((p) => p < 0.05)) plain++;
    // The first look was reported as it was; the second knows of both.
    if (correctForLooks(looks[1]!, 2) < 0.05) corrected++;
  }
  expect(plain / sweeps).toBeGreaterThan(0.055);
  expect(corrected / sweeps).toBeLessThan(0.05);
});
