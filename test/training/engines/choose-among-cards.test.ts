import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineName } from '../../../server/training/engine.ts';
import type { Card } from '../../../server/training/engines/cards/card.ts';
import { chooseEngine } from '../../../server/training/engines/choose.ts';
import type { EngineProbe } from '../../../server/training/engines/probe.ts';
import { readVerdicts } from '../../../server/training/engines/verdicts.ts';

/** What a machine is taken to have: webgpu with cards, of which those with a time work, and wasm. */
const here = vi.hoisted(() => ({ cards: [] as Card[], times: [] as (number | null)[], tried: [] as string[] }));
vi.mock('../../../server/training/engines/cards/list-cards.ts', () => ({ listCards: async () => here.cards }));
vi.mock('../../../server/training/engines/webgpu/has-gpu.ts', () => ({ hasGpu: () => true }));
vi.mock('../../../server/training/engines/probe.ts', () => ({
  probeEngine: async (name: EngineName, card: Card | null) => {
    here.tried.push(card?.label ?? name);
    const times: Record<EngineName, number | null> = { tensorflow: null, webgpu: here.times[0]!, wasm: 50 };
    const stepMs = card ? here.times[here.cards.indexOf(card)]! : times[name];
    const works = stepMs !== null;
    const device = works ? (card?.label ?? 'its first') : null;
    const reason = works ? null : 'it is broken';
    const probe: EngineProbe = { name, works, device, versions: {}, bits: null, stepMs, reason, remedy: null };
    return { probe, answered: true };
  },
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-choose-'));
  vi.stubEnv('COSWEEP_CACHE', folder); // nothing is known of this machine
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function have(...times: (number | null)[]): void {
  here.times = times;
  here.cards = times.map((_, i) => {
    const label = `card ${'abcd'[i]}`;
    return { name: 'a card', id: label, label, environment: {}, trouble: null };
  });
}

async function auto(): Promise<{ engine: string; said: string; tried: string[] }> {
  const said: string[] = [];
  here.tried = [];
  const engine = await chooseEngine('auto', (message) => said.push(message));
  return { engine, said: said.at(-1)!, tried: here.tried };
}

test('an engine works where any of its cards does, and the fastest of them stands for it', async () => {
  have(null, 4, 3, 5);
  expect(await auto()).toMatchObject({
    engine: 'webgpu',
    said: expect.stringContaining('engine webgpu (card c): the fastest that works here, 3 ms a training step'),
  });
  expect(await chooseEngine('webgpu')).toBe('webgpu');
  // The verdict on its own device stays: another day the cards are asked again, and those that work are known.
  expect(readVerdicts().get('webgpu')).toMatchObject({ works: false });
  expect(await auto()).toMatchObject({ engine: 'webgpu', tried: ['card a'] });
});

test('an engine of which no card works is refused, and auto does not try its cards every time', async () => {
  have(null, null);
  const { engine, said, tried } = await auto();
  expect([engine, said]).toEqual(['wasm', expect.stringContaining('webgpu does not work: it is broken.')]);
  expect(tried).toEqual(expect.arrayContaining(['webgpu', 'card a', 'card b']));
  expect(await auto()).toMatchObject({ engine: 'wasm', tried: [] });
  await expect(chooseEngine('webgpu')).rejects.toMatchObject({
    name: 'UserError',
    message: 'Cannot open the webgpu engine: it is broken.',
  });
});

test('a single card is the one that the engine takes by itself, and is not tried twice', async () => {
  have(null);
  expect((await auto()).tried).toEqual(['tensorflow', 'webgpu', 'wasm']);
});
