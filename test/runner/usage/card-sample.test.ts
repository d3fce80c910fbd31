import { describe, expect, test } from 'vitest';
import { parseCards } from '../../../server/runner/usage/card-sample.ts';

const UUID = 'GPU-5f6c2a1b-0c3d-4e5f-8a9b-0123456789ab';
const MODEL = '00000000:3B:00.0, NVIDIA H200';
const card = {
  index: 0,
  uuid: UUID,
  address: '0000:3b:00.0',
  name: 'NVIDIA H200',
  use: 0.87,
  memory: 40_536 * 2 ** 20,
  power: 412.35,
};

describe('what nvidia-smi says', () => {
  test('is a card a line, in fractions, bytes and watts', () => {
    expect(parseCards(`0, ${UUID}, ${MODEL}, 87, 40536, 412.35\n1, GPU-00000000, [N/A], , 0, 4, 68\n`)).toEqual([
      card,
      { index: 1, uuid: 'GPU-00000000', address: null, name: '', use: 0, memory: 4 * 2 ** 20, power: 68 },
    ]);
    expect(parseCards(`0, ${UUID}, ${MODEL}, 87, 40536, 412.35\r\n`)).toEqual([card]);
  });

  test('may lack numbers: a card split by MIG has no utilisation, a small one draws it does not know what', () => {
    expect(parseCards(`0, ${UUID}, ${MODEL}, [N/A], 40536, 412.35`)).toEqual([{ ...card, use: null }]);
    expect(parseCards(`0, ${UUID}, ${MODEL}, 87, [Not Supported], [Unknown Error]`)).toEqual([
      { ...card, memory: null, power: null },
    ]);
    expect(parseCards(`0, ${UUID}, ${MODEL}, N/A, , [Insufficient Permissions]`)).toEqual([
      { ...card, use: null, memory: null, power: null },
    ]);
  });

  test('is no number where no card can have it', () => {
    const wrong = ['-1', 'NaN', 'Infinity', '1e3', '0x10', '101', '87 %', '١٢', '8,7'];
    for (const text of wrong)
      expect([text, parseCards(`0, ${UUID}, ${MODEL}, ${text}, 1, 1`)[0]?.use ?? null]).toEqual([text, null]);
    expect(parseCards(`0, ${UUID}, ${MODEL}, 1, 99999999999, 99999`)).toEqual([
      { ...card, use: 0.01, memory: null, power: null },
    ]);
  });

  test('is no card where it is something else', () => {
    const garbage = [
      '',
      'NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.',
      'No devices were found',
      'index, uuid, pci.bus_id, name, utilization.gpu [%], memory.used [MiB], power.draw [W]',
      `0, ${UUID}, ${MODEL}, 87, 40536, 412.35, more`,
      `x, ${UUID}, ${MODEL}, 87, 40536, 412.35`,
      `0, MIG-5f6c2a1b-0c3d-4e5f-8a9b-0123456789ab, ${MODEL}, 87, 40536, 412.35`,
      `0, GPU-<script>, ${MODEL}, 87, 40536, 412.35`,
      '\u0000\u0001,\ufffd,,,',
      ','.repeat(10_000),
    ];
    expect(garbage.flatMap(parseCards)).toEqual([]);
    expect(parseCards([...garbage, `0, ${UUID}, ${MODEL}, 87, 40536, 412.35`].join('\n'))).toEqual([card]);
  });
});
