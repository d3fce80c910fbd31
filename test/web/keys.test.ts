import { expect, test } from 'vitest';
import { keyAction } from '../../web/routing/keys.ts';

test.each([
  ['?', { page: 'sweeps' }, { kind: 'help' }],
  ['/', { page: 'runs', sweep: 's3' }, { kind: 'search' }],
  ['s', { page: 'run', run: 'r1' }, { kind: 'go', to: '' }],
  ['n', { page: 'doctor' }, { kind: 'go', to: 'new' }],
  ['1', { page: 'runs', sweep: 's3' }, { kind: 'go', to: 'sweeps/s3' }],
  ['2', { page: 'arm', sweep: 's3', arm: 4 }, { kind: 'go', to: 'sweeps/s3/runs' }],
  ['9', { page: 'runs', sweep: 's3' }, null],
  ['1', { page: 'sweeps' }, null],
  ['u', { page: 'arm', sweep: 's3', arm: 4 }, { kind: 'go', to: 'sweeps/s3' }],
  ['u', { page: 'sweep', sweep: 's3' }, { kind: 'go', to: '' }],
  ['x', { page: 'sweep', sweep: 's3' }, null],
] as const)('%s on %o', (key, route, action) => expect(keyAction(key, route)).toEqual(action));
