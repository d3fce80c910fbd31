import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Card } from '../../../../server/training/engines/cards/card.ts';
import { chooseCards } from '../../../../server/training/engines/cards/choose-cards.ts';
import { CardsUnlisted } from '../../../../server/training/engines/cards/cuda-cards.ts';
import { forgetVerdict, keepVerdict, readCardVerdicts } from '../../../../server/training/engines/verdicts.ts';

/** What this machine is taken to have. That each works is kept, so that no process is started. */
const here = vi.hoisted(() => ({ list: async () => [] as Card[], cards: [] as Card[] }));
vi.mock('../../../../server/training/engines/cards/list-cards.ts', () => ({ listCards: () => here.list() }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-cards-'));
  vi.stubEnv('COSWEEP_CACHE', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const WORKS = { works: true, device: '', versions: {}, bits: null, reason: null, remedy: null };
const TROUBLE = { reason: 'it is gone', remedy: 'Bring it back.' };

/** Cards with the time of their step; null: a program; undefined: it does not work. */
function have(...times: (number | null | undefined)[]): void {
  here.list = async () => here.cards;
  here.cards = times.map((stepMs, i) => {
    const label = `card ${'abcdef'[i]}`;
    const trouble = stepMs === undefined ? TROUBLE : null;
    return { name: 'a card', id: label, label, environment: {}, trouble };
  });
  for (const [i, stepMs] of times.entries())
    if (stepMs !== undefined) keepVerdict({ ...WORKS, name: 'webgpu', stepMs }, here.cards[i]!.id);
}

async function choose(device: string | null): Promise<{ chosen: (string | number | null)[][]; said: string[] }> {
  const said: string[] = [];
  const cards = await chooseCards('webgpu', device, (message) => said.push(message));
  return { chosen: cards.map(({ label, stepMs }) => [label, stepMs]), said };
}

test('one card, or none, is the business of its engine, unless it is asked for', async () => {
  have();
  expect(await choose(null)).toEqual({ chosen: [], said: [] });
  have(3);
  expect(await choose(null)).toEqual({ chosen: [], said: [] });
  expect(await choose('0')).toEqual({ chosen: [['card a', 3]], said: [] });
  expect(await choose('all')).toEqual({ chosen: [['card a', 3]], said: [] });
});

test('several are all taken, the fastest first', async () => {
  have(5, 3, 4);
  const all = [
    ['card b', 3],
    ['card c', 4],
    ['card a', 5],
  ];
  expect(await choose(null)).toEqual({ chosen: all, said: [] });
  expect((await choose('all')).chosen).toEqual(all);
  expect((await choose('0,2')).chosen).toEqual([
    ['card c', 4],
    ['card a', 5],
  ]);
});

test('those that are much slower are taken where they are asked for', async () => {
  have(3, 4, 12.1, null);
  const { chosen, said } = await choose(null);
  expect(chosen).toEqual([
    ['card a', 3],
    ['card b', 4],
  ]);
  expect(said).toEqual([
    'webgpu leaves out card c: a training step takes 12.1 ms there, and 3 ms on card a; --device all takes it too',
    'webgpu leaves out card d: it is a program in the place of a GPU; --device all takes it too',
  ]);
  expect((await choose('all')).chosen.map(([label]) => label)).toEqual(['card a', 'card b', 'card c', 'card d']);
  have(3, 100);
  expect((await choose(null)).chosen).toEqual([['card a', 3]]);
  have(null, null);
  expect((await choose(null)).chosen).toHaveLength(2); // none is timed: nobody knows which is slower
});

test('one that is left of several is named: by itself the engine takes the first one, which may be left out', async () => {
  have(50, 3);
  expect(await choose(null)).toEqual({
    chosen: [['card b', 3]],
    said: [
      'webgpu leaves out card a: a training step takes 50 ms there, and 3 ms on card b; --device all takes it too',
    ],
  });
  have(undefined, 3);
  expect((await choose(null)).chosen).toEqual([['card b', 3]]);
});

test('one that does not work is left out, and an error where it was named', async () => {
  have(3, undefined, 4, undefined);
  const { chosen, said } = await choose(null);
  expect(chosen).toHaveLength(2);
  expect(said[0]).toBe('webgpu leaves out card b, card d: it is gone. Bring it back.');
  expect((await choose('all')).chosen).toHaveLength(2);
  await expect(choose('1')).rejects.toMatchObject({
    name: 'UserError',
    message: 'Cannot open the webgpu engine: card b: it is gone. Bring it back.',
  });
  have(undefined, undefined);
  await expect(choose('all')).rejects.toThrow('of its cards none works (0 is card a, 1 is card b)');
  expect((await choose(null)).chosen).toEqual([]);
});

test('webgpu, which does not know CUDA_VISIBLE_DEVICES, keeps to one card of NVIDIA where it is set', async () => {
  have(3, 2, 4);
  const keepAll = (): void =>
    here.cards.forEach(({ id }, i) => keepVerdict({ ...WORKS, name: 'webgpu', stepMs: [3, 2, 4][i]! }, id));
  const names = ['NVIDIA H200', 'NVIDIA H200', 'AMD Radeon PRO W7900'];
  here.cards.forEach((card, i) => (card.name = names[i]!));
  expect((await choose(null)).chosen).toHaveLength(3);
  for (const visible of ['1', '']) {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', visible);
    keepAll();
    const { chosen, said } = await choose(null);
    expect(chosen.map(([label]) => label)).toEqual(['card b', 'card c']);
    expect(said).toContain(
      'webgpu does not know CUDA_VISIBLE_DEVICES, and keeps to card b; --device chooses among it and card a',
    );
    expect((await choose('0,1')).chosen).toHaveLength(2);
    expect((await choose('all')).chosen).toHaveLength(3);
  }
});

test('an only one that TensorFlow could not name is named: others are hidden, or it is a part', async () => {
  const only = async (name: string, id: string, visible?: string): Promise<string[]> => {
    const card = { name, id, label: name, environment: { CUDA_VISIBLE_DEVICES: id }, trouble: null };
    here.list = async () => [card];
    vi.stubEnv('CUDA_VISIBLE_DEVICES', visible);
    keepVerdict({ ...WORKS, name: 'tensorflow', stepMs: 1 }, id);
    return (await chooseCards('tensorflow', null)).map(({ label }) => label);
  };
  expect(await only('NVIDIA H200', 'GPU-1', '2')).toEqual(['NVIDIA H200']);
  expect(await only('NVIDIA H200', 'GPU-1')).toEqual([]);
  expect(await only('NVIDIA H200 MIG 1g.18gb', 'MIG-1')).toEqual(['NVIDIA H200 MIG 1g.18gb']);
  expect(await only('GPU 2', '2', '2')).toEqual([]); // nothing is known of it
});

test('where nobody lists the cards the engine takes one by itself, which is said', async () => {
  here.list = () => Promise.reject(new CardsUnlisted(30_000));
  const { chosen, said } = await choose(null);
  expect(chosen).toEqual([]);
  expect(said).toEqual([
    'webgpu takes a card by itself: nvidia-smi -L did not answer within 30 s. ' +
      'Find out what it waits for, or name the cards in CUDA_VISIBLE_DEVICES.',
  ]);
  await expect(choose('all')).rejects.toThrow('Cannot list the cards: nvidia-smi -L did not answer within 30 s');
});

test('what is known of the cards is forgotten with their engine', () => {
  have(3, 4);
  expect([...readCardVerdicts('webgpu').keys()]).toEqual(['card a', 'card b']);
  expect(readCardVerdicts('tensorflow').size).toBe(0);
  forgetVerdict('webgpu');
  expect(readCardVerdicts('webgpu').size).toBe(0);
});
