import { describe, expect, it } from 'vitest';
import type { Card } from '../../../../server/training/engines/cards/card.ts';
import { parseDevices } from '../../../../server/training/engines/cards/parse-devices.ts';
import { pickCards } from '../../../../server/training/engines/cards/pick-cards.ts';

describe('what --device says', () => {
  it.each<[string, unknown]>([
    ['all', 'all'],
    ['ALL', 'all'],
    ['0', ['0']],
    ['0,2', ['0', '2']],
    [' 2 , 0 ', ['2', '0']],
    ['H100', ['H100']],
    ['RTX 4090, 1', ['RTX 4090', '1']],
    ['GPU-5f6c2a1b', ['GPU-5f6c2a1b']],
    ['ball', ['ball']],
  ])('%j', (text, wanted) => expect(parseDevices(text)).toEqual(wanted));

  it.each([
    ['', 'found nothing in it'],
    [' ', 'found nothing in it'],
    ['0,', 'found nothing as device 2 of 2'],
    ['0,,2', 'found nothing as device 2 of 3'],
    ['all,0', 'found all beside other devices'],
    ['0,All', 'found all beside other devices'],
    ['1,0,1', 'found "1" twice, wanted each device once'],
    ['L4,L4', 'found "L4" twice'],
  ])('refuses %j', (text, found) => {
    expect(() => parseDevices(text)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining(found) }),
    );
    expect(() => parseDevices(text)).toThrow(`Cannot read the devices ${JSON.stringify(text)} (--device)`);
  });
});

const card = (name: string, id: string, label = name): Card => ({ name, id, label, environment: {}, trouble: null });
const cards = [
  card('NVIDIA H100', 'GPU-aaaa111a-1', 'NVIDIA H100 (GPU-aaaa111a)'),
  card('NVIDIA L4', 'GPU-bbbbbbbb-1'),
  card('NVIDIA H100', 'GPU-cccccccc-1', 'NVIDIA H100 (GPU-cccccccc)'),
];
const picked = (text: string): number[] =>
  pickCards(cards, parseDevices(text), 'webgpu').map((each) => cards.indexOf(each));

describe('the cards that it names', () => {
  it.each<[string, number[]]>([
    ['all', [0, 1, 2]],
    ['2,0', [2, 0]],
    ['002', [2]],
    ['h100', [0, 2]],
    ['100', [0, 2]],
    ['l4,0', [1, 0]],
    ['GPU-cccc', [2]],
    ['gpu-bbbbbbbb-1', [1]],
    ['H100,1', [0, 2, 1]],
  ])('%s', (text, wanted) => expect(picked(text)).toEqual(wanted));

  it.each([
    '3',
    '4',
    '004',
    '111',
    '99999999999999999999',
    '-1',
    '0-2',
    'A100',
    '0x1',
    '١',
    'NVIDIA  L4',
    '<script>',
    '0;1',
    '1.0',
  ])('none is %s: the error lists those that there are', (text) => {
    expect(() => picked(text)).toThrow(
      `Cannot choose a device of webgpu (--device): no device is "${text}". Wanted: a number or a part of a name, ` +
        'of these: 0 is NVIDIA H100 (GPU-aaaa111a), 1 is NVIDIA L4, 2 is NVIDIA H100 (GPU-cccccccc)',
    );
  });

  it.each([
    ['0,H100', '"0" and "H100" are both NVIDIA H100 (GPU-aaaa111a)'],
    ['nvidia,1', '"nvidia" and "1" are both NVIDIA L4'],
    ['0,00', '"0" and "00" are both NVIDIA H100 (GPU-aaaa111a)'],
    ['GPU-cccccccc,2', '"GPU-cccccccc" and "2" are both'],
  ])('%s names one twice', (text, found) => {
    expect(() => picked(text)).toThrow(`Cannot choose the devices of webgpu (--device): ${found}`);
  });

  it('are none where there are none', () => {
    expect(() => pickCards([], 'all', 'tensorflow')).toThrow(
      'Cannot choose a device of tensorflow (--device): found no card, wanted one at least',
    );
  });
});
