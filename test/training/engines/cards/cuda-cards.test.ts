import { describe, expect, test, vi } from 'vitest';
import { listCudaCards, parseGpus } from '../../../../server/training/engines/cards/cuda-cards.ts';
import { fakeSmi, FLOODS } from '../../../runner/usage/fake-smi.ts';
import { temporaryFolder } from '../../../runner/study.ts';

const uuid = (digit: string): string => `${digit.repeat(8)}-0c3d-4e5f-8a9b-0123456789ab`;
const H200 = [`GPU-${uuid('a')}`, `GPU-${uuid('b')}`, `GPU-${uuid('c')}`];
const THREE = H200.map((each, i) => `GPU ${i}: NVIDIA H200 (UUID: ${each})`).join('\n');
const MIXED = `GPU 0: NVIDIA L4 (UUID: ${H200[0]})\nGPU 1: NVIDIA H200 (UUID: ${H200[1]})`;
const CUT = [
  `GPU 0: NVIDIA A100 (UUID: GPU-${uuid('a')})`,
  `  MIG 3g.20gb     Device  0: (UUID: MIG-${uuid('d')})`,
  `  MIG 3g.20gb     Device  1: (UUID: MIG-${uuid('e')})`,
  `GPU 1: NVIDIA A100 (UUID: GPU-${uuid('b')})`,
].join('\n');

/** What is listed where nvidia-smi says this, under this environment. */
async function list(says: string, environment: Record<string, string> = {}) {
  fakeSmi(temporaryFolder(), `cat <<'END'\n${says}\nEND`);
  return listCudaCards(environment);
}

const visible = (value: string) => ({ CUDA_VISIBLE_DEVICES: value });
const seen = (cards: Awaited<ReturnType<typeof list>>) =>
  cards.map(({ label, environment }) => [label, environment['CUDA_VISIBLE_DEVICES']]);

describe('cards of CUDA', () => {
  test('of one model have a part of their UUID in their name, and a process on one sees that one', async () => {
    expect(seen(await list(THREE))).toEqual([
      ['NVIDIA H200 (GPU-aaaaaaaa)', H200[0]],
      ['NVIDIA H200 (GPU-bbbbbbbb)', H200[1]],
      ['NVIDIA H200 (GPU-cccccccc)', H200[2]],
    ]);
    expect(seen(await list(MIXED))).toEqual([
      ['NVIDIA L4', H200[0]],
      ['NVIDIA H200', H200[1]],
    ]);
  });

  test('with UUIDs that begin alike have the whole of it', async () => {
    const [one, two] = ['GPU-aaaaaaaa-1111', 'GPU-aaaaaaaa-2222'];
    const cards = await list(`GPU 0: NVIDIA H200 (UUID: ${one})\nGPU 1: NVIDIA H200 (UUID: ${two})`);
    expect(cards.map(({ label }) => label)).toEqual([`NVIDIA H200 (${one})`, `NVIDIA H200 (${two})`]);
  });

  test('that are cut by MIG are their parts', async () => {
    expect(seen(await list(CUT))).toEqual([
      ['NVIDIA A100 MIG 3g.20gb (MIG-dddddddd)', `MIG-${uuid('d')}`],
      ['NVIDIA A100 MIG 3g.20gb (MIG-eeeeeeee)', `MIG-${uuid('e')}`],
      ['NVIDIA A100', `GPU-${uuid('b')}`],
    ]);
    const old = `GPU 0: NVIDIA A100 (UUID: GPU-1)\n  MIG 1g.5gb  Device 0: (UUID: MIG-GPU-1/7/0)`;
    expect(seen(await list(old))).toEqual([['NVIDIA A100 MIG 1g.5gb', 'MIG-GPU-1/7/0']]);
  });

  test('are those that CUDA_VISIBLE_DEVICES names, in its order', async () => {
    expect(seen(await list(THREE, visible('2,0')))).toEqual([
      ['NVIDIA H200 (GPU-cccccccc)', H200[2]],
      ['NVIDIA H200 (GPU-aaaaaaaa)', H200[0]],
    ]);
    expect(seen(await list(THREE, visible('GPU-bbbb')))).toEqual([['NVIDIA H200 (GPU-bbbbbbbb)', H200[1]]]);
    expect(seen(await list(CUT, visible(`MIG-${uuid('e')}`)))).toEqual([
      ['NVIDIA A100 MIG 3g.20gb (MIG-eeeeeeee)', `MIG-${uuid('e')}`],
    ]);
    expect(seen(await list(CUT, visible('0')))).toEqual([
      ['NVIDIA A100 MIG 3g.20gb (MIG-dddddddd)', `MIG-${uuid('d')}`],
    ]);
    // As CUDA reads it: what stands behind a word that can be no card's does not count.
    expect(seen(await list(THREE, visible('1,-1,2')))).toEqual([['NVIDIA H200 (GPU-bbbbbbbb)', H200[1]]]);
    for (const none of ['', ' ', '-1', 'NoDevFiles']) expect(await list(THREE, visible(none))).toEqual([]);
  });

  test('of several models are called by their number, unless they are counted as nvidia-smi does', async () => {
    expect(seen(await list(MIXED, visible('1')))).toEqual([['GPU 1', '1']]);
    expect(seen(await list(MIXED, { ...visible('1'), CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }))).toEqual([
      ['NVIDIA H200', H200[1]],
    ]);
  });

  test('that are gone, or named twice, say so', async () => {
    const [there, gone, stranger] = await list(THREE, visible('0,7,GPU-ffffffff'));
    expect(there!.trouble).toBeNull();
    expect(gone).toMatchObject({ label: 'GPU 7' });
    for (const each of [gone, stranger])
      expect(each!.trouble!.reason).toContain(
        `CUDA_VISIBLE_DEVICES names it, and nvidia-smi lists no such card, but NVIDIA H200 (${H200[0]})`,
      );
    const [, second] = await list(THREE, visible(`0,${H200[0]}`));
    expect(second!.trouble!.reason).toBe('CUDA_VISIBLE_DEVICES names it twice');
  });

  test('are taken as they are named where nvidia-smi lists none, and are none where nothing is named', async () => {
    for (const body of ['exit 9', FLOODS, 'echo "No devices were found"']) {
      fakeSmi(temporaryFolder(), body);
      expect(await listCudaCards({})).toEqual([]);
      expect(seen(await listCudaCards(visible('0,3')))).toEqual([
        ['GPU 0', '0'],
        ['GPU 3', '3'],
      ]);
    }
    vi.stubEnv('PATH', temporaryFolder());
    expect(await listCudaCards({})).toEqual([]);
  });
});

test('one that nvidia-smi cannot reach does not take the others with it, nor their numbers', async () => {
  const [first, , third] = THREE.split('\n');
  const lost = 'Unable to determine the device handle for GPU1: 0000:3B:00.0: GPU is lost.';
  const body = `cat <<'END'\n${[first, lost, third].join('\n')}\nEND\nexit 15`;
  fakeSmi(temporaryFolder(), body);
  expect(seen(await listCudaCards({}))).toEqual([
    ['NVIDIA H200 (GPU-aaaaaaaa)', H200[0]],
    ['NVIDIA H200 (GPU-cccccccc)', H200[2]],
  ]);
  expect(seen(await listCudaCards(visible('2')))).toEqual([['NVIDIA H200 (GPU-cccccccc)', H200[2]]]);
  expect((await listCudaCards(visible('1')))[0]!.trouble!.reason).toContain('nvidia-smi lists no such card');
});

test('where nvidia-smi hangs nobody says that there are none', async () => {
  fakeSmi(temporaryFolder(), 'exec sleep 600');
  await expect(listCudaCards({}, 300)).rejects.toMatchObject({
    name: 'OutsideError',
    message: 'Cannot list the cards: nvidia-smi -L did not answer within 0.3 s; wanted all that CUDA may use',
  });
  expect(seen(await listCudaCards(visible('0,3'), 300))).toEqual([
    ['GPU 0', '0'],
    ['GPU 3', '3'],
  ]);
});

test('what nvidia-smi lists is read line by line, and what is no card is left out', () => {
  const garbage = [
    'Unable to determine the device handle for GPU0000:3B:00.0: Unknown Error',
    'GPU 0: [N/A] (UUID: [N/A])',
    'GPU x: NVIDIA H200 (UUID: GPU-1)',
    '  MIG 1g.5gb  Device 0: (UUID: MIG-1)',
    'GPU 1: NVIDIA H200 (UUID: GPU-<b>)',
    '\u0000\ufffd',
  ];
  expect(parseGpus(garbage.join('\n'))).toEqual([]);
  const hostile = parseGpus(`GPU 0: \u001b[31m${'x'.repeat(500)} (UUID: GPU-1)`);
  expect(hostile[0]!.name).toMatch(/^·\[31mx+$/);
  expect(hostile[0]!.name).toHaveLength(100);
});
