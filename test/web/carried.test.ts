import { expect, test } from 'vitest';
import { carryOver } from '../../web/routing/carried.ts';

const from = (path: string, search = '?filter=beta+%3E+0.1&metric=val%2Faccuracy&at=best') => ({ path, search });
const carried = 'filter=beta+%3E+0.1&metric=val%2Faccuracy';

test.each([
  ['sweeps/s3/table', 'sweeps/s3', `sweeps/s3/table?${carried}`],
  ['sweeps/s3', 'sweeps/s3/arms/4', `sweeps/s3?${carried}`],
  ['sweeps/s3/runs?arm=4', 'sweeps/s3/table', `sweeps/s3/runs?arm=4&${carried}`],
  ['sweeps/s3/runs?filter=arm+%3D+4', 'sweeps/s3', 'sweeps/s3/runs?filter=arm+%3D+4&metric=val%2Faccuracy'],
  ['runs/r7', 'sweeps/s3/runs', `runs/r7?${carried}`],
  ['sweeps/s3/runs', 'runs/r7', `sweeps/s3/runs?${carried}`],
  ['runs/r8', 'runs/r7', `runs/r8?${carried}`],
])('to %s from %s: filter and metric stay', (to, path, address) => expect(carryOver(to, from(path))).toBe(address));

test.each([
  ['sweeps/s31', 'sweeps/s3'], // another sweep has other settings and metrics
  ['', 'sweeps/s3'],
  ['new?from=s3', 'sweeps/s3'],
  ['doctor', 'runs/r7'],
  ['sweeps/s3', 'compare'],
])('to %s from %s: nothing is carried', (to, path) => expect(carryOver(to, from(path))).toBe(to));

test('where nothing is chosen, the address is as it was', () => {
  expect(carryOver('sweeps/s3/runs?arm=4', from('sweeps/s3', ''))).toBe('sweeps/s3/runs?arm=4');
  expect(carryOver('sweeps/s3/curves', from('sweeps/s3', '?at=best'))).toBe('sweeps/s3/curves');
});
