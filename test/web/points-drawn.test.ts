import { expect, test } from 'vitest';
import { ofBand, ofCurve, ofGroup, ofLine, pointsDrawn } from '../../web/series/points-drawn.ts';

test('thinned lines are counted with the whole ones beside them; whole lines alone need no words', () => {
  const whole = ofCurve({ points: 3, batches: [0, 1, 2] });
  const thinned = ofCurve({ points: 1_000_000, batches: [0, 500, 999_999] });
  expect(pointsDrawn([whole, thinned])).toBe('6 of 1,000,003 points drawn');
  expect(pointsDrawn([whole, whole])).toBeNull();
  expect(pointsDrawn([])).toBeNull();
});

test('means count once, with their band; of differences the line of each seed does too', () => {
  expect(ofLine({ x: [0, 0.5] })).toEqual({ drawn: 2, recorded: 2 });
  expect(ofLine({ x: [0, 0.5], thinnedFrom: 9 })).toEqual({ drawn: 2, recorded: 9 });
  expect(ofBand({ batches: [1, 2, 3], thinnedFrom: 4_000 })).toEqual({ drawn: 3, recorded: 4_000 });
  const seeds = [1, 2].map((seed) => ({ seed, values: [0, 0] }));
  expect(ofGroup({ batches: [1, 2], seeds, thinnedFrom: 50 })).toEqual({ drawn: 6, recorded: 150 });
});
