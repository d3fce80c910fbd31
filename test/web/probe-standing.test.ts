import { expect, test } from 'vitest';
import type { ProbeTrunk, StageItem } from '../../server/http/api.ts';
import { atWorkWords } from '../../web/series/at-work.ts';
import { areTrunksTrained, countTrunkBatches, isProbing } from '../../web/series/probe-standing.ts';

const sweep = { probeSeeds: 2, seedList: [5, 3, 9] };

test('the trunks are trained when all of them are, for the first seeds of the sweep', () => {
  const trunk = (seeds: number[]) => ({ seeds }) as ProbeTrunk;
  expect(areTrunksTrained({ trunks: [trunk([3, 5]), trunk([3, 5, 9])] }, sweep)).toBe(true);
  expect(areTrunksTrained({ trunks: [trunk([3, 5]), trunk([5, 9])] }, sweep)).toBe(false);
  expect(areTrunksTrained({ trunks: [trunk([5])] }, { probeSeeds: 2, seedList: [5] })).toBe(true);
});

test('a probe is at work on stages without the phase, of its seeds', () => {
  const trunk = { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null };
  const stage = (seed: number, rest: Partial<StageItem> = {}): StageItem => ({
    id: 'g1', parent: null, from: 0, to: 40, batch: 10, seed, state: 'running', runs: ['r1', 'r2'], engine: 'wasm', worker: 0, seconds: null, params: trunk, ...rest,
  });
  const stages = [stage(5), stage(3), stage(9), stage(5, { from: 40, to: 100, params: { ...trunk, N: 40 } })];
  expect(countTrunkBatches(stages, sweep)).toMatchObject({ trained: 20, batches: 80 });
  expect(['queued', 'running', 'interrupted', 'complete'].map((state) => isProbing({ probeSeeds: 2, state: state as 'queued' }))).toEqual([true, true, false, false]);
  expect(isProbing({ probeSeeds: null, state: 'running' })).toBe(false);
});

test('what is before a sweep: whatever trains, and what was queued earlier', () => {
  const sweeps = [
    { id: 's10', name: 'last', state: 'queued', probeSeeds: null }, { id: 's9', name: 'mine', state: 'queued', probeSeeds: 2 },
    { id: 's2', name: 'early', state: 'queued', probeSeeds: null }, { id: 's1', name: 'first', state: 'running', probeSeeds: null },
  ] as const;
  expect(atWorkWords(sweeps, 's9')).toBe('s1 first is being trained, 1 sweep is queued. One sweep trains at a time: this one waits for that.');
  expect(atWorkWords(sweeps, null)).toBe('s1 first is being trained, 3 sweeps are queued. One sweep trains at a time: what is started now, a probe too, waits for that.');
  expect(atWorkWords([{ ...sweeps[3], probeSeeds: 2 }], null)).toContain('s1 first is being probed.');
  expect(atWorkWords([sweeps[1]], 's9')).toBeNull();
});
