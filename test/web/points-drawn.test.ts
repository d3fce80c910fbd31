import { expect, test } from 'vitest';
import { pointsDrawn } from '../../web/series/points-drawn.ts';

test('thinned lines are counted with the whole ones beside them; whole lines alone need no words', () => {
  const whole = { raw: true, points: 3, batches: [0, 1, 2] };
  const thinned = { raw: false, points: 1_000_000, batches: [0, 500, 999_999] };
  expect(pointsDrawn([whole, thinned])).toBe('6 of 1,000,003 points drawn');
  expect(pointsDrawn([whole, whole])).toBeNull();
  expect(pointsDrawn([])).toBeNull();
});
