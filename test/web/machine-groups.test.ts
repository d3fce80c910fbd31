import { expect, test } from 'vitest';
import type { MachineRow } from '../../server/http/schemas/machine.ts';
import { machineGroups } from '../../web/series/machine-groups.ts';

const row = (id: string, change: Partial<MachineRow>): MachineRow => ({
  id,
  host: id,
  pid: 1,
  engine: 'wasm',
  slots: 1,
  device: 'CPU',
  versions: { tfjs: '4.22.0' },
  bits: 'aaaaaaaaaaaa',
  state: 'ready',
  reason: null,
  here: 1,
  silent: 1,
  trains: [],
  ...change,
});

test('machines of one class are together, the unmeasured at the end, and those who are gone nowhere', () => {
  const opening = row('new', { bits: null, device: null, versions: null, state: 'opening' });
  const machines = [
    opening,
    row('one', {}),
    row('two', { bits: 'bbbbbbbbbbbb' }),
    row('three', { device: 'A100', versions: { tfjs: '4.22.0', cuda: '12' } }),
    row('left', { bits: 'cccccccccccc', state: 'gone' }),
  ];
  const groups = machineGroups(machines);
  expect(groups.map(({ bits, machines: own }) => [bits, own.map(({ id }) => id)])).toEqual([
    ['aaaaaaaaaaaa', ['one', 'three']],
    ['bbbbbbbbbbbb', ['two']],
    [null, ['new']],
  ]);
  expect(groups[0]).toMatchObject({ devices: ['CPU', 'A100'], versions: ['tfjs 4.22.0', 'tfjs 4.22.0, cuda 12'] });
  expect(groups[2]).toMatchObject({ devices: [], versions: [] });
});
