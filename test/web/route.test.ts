import { expect, test } from 'vitest';
import { parseRoute } from '../../web/routing/route.ts';

test.each([
  ['', { page: 'sweeps' }],
  ['sweeps', { page: 'sweeps' }],
  ['new', { page: 'new' }],
  ['doctor', { page: 'doctor' }],
  ['sweeps/s3', { page: 'sweep', sweep: 's3' }],
  ['sweeps/s3/', { page: 'sweep', sweep: 's3' }],
  ['sweeps/s12/curves', { page: 'curves', sweep: 's12' }],
  ['sweeps/s12/compare', { page: 'curves', sweep: 's12' }],
  ['sweeps/s3/runs', { page: 'runs', sweep: 's3' }],
  ['sweeps/s3/explore', { page: 'explore', sweep: 's3' }],
  ['sweeps/s3/table', { page: 'table', sweep: 's3' }],
  ['sweeps/s3/stages', { page: 'stages', sweep: 's3' }],
  ['sweeps/s3/probe', { page: 'probe', sweep: 's3' }],
  ['sweeps/s3/arms/17', { page: 'arm', sweep: 's3', arm: 17 }],
  ['runs/r41', { page: 'run', run: 'r41' }],
])('%s', (path, route) => expect(parseRoute(path)).toEqual(route));

test.each([
  'sweeps/demo',
  'sweeps/s3/else',
  'sweeps/s3/runs/r1',
  'sweeps/s3/arms',
  'sweeps/s3/arms/x',
  'sweeps/s3/arms/1/2',
  'runs/s3',
  'runs',
  'runs/r1/x',
  'sweeps/../s3',
  'new/x',
])('%s is no page', (path) => {
  expect(parseRoute(path)).toEqual({ page: 'unknown', path });
});
