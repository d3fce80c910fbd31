import { expect, test } from 'vitest';
import { atWorkWords } from '../../web/series/at-work.ts';

const at = (minute: number): string => `2026-01-01T00:${minute}:00.000Z`;
const first = { id: 's1', name: 'first', state: 'running', probeSeeds: null, queuedAt: at(10) } as const;
const early = { id: 's2', name: 'early', state: 'queued', probeSeeds: null, queuedAt: at(11) } as const;
const mine = { id: 's9', name: 'mine', state: 'queued', probeSeeds: 2, queuedAt: at(12) } as const;
const last = { id: 's10', name: 'last', state: 'queued', probeSeeds: null, queuedAt: at(12) } as const;
const continued = { id: 's3', name: 'continued', state: 'queued', probeSeeds: null, queuedAt: at(13) } as const;

test('before a sweep stand the sweep that trains and the sweeps that joined the queue earlier', () => {
  const sweeps = [last, mine, continued, early, first];
  expect(atWorkWords(sweeps, mine)).toBe(
    's1 first is being trained, 1 sweep is queued. One sweep trains at a time: this sweep waits.',
  );
  expect(atWorkWords(sweeps, last)).toContain('2 sweeps are queued');
  expect(atWorkWords(sweeps, null)).toBe(
    's1 first is being trained, 4 sweeps are queued. ' +
      'One sweep trains at a time: a sweep or a probe that is started now waits.',
  );
  expect(atWorkWords([{ ...first, probeSeeds: 2 }], null)).toContain('s1 first is being probed.');
  expect(atWorkWords([mine], mine)).toBeNull();
});

test('a sweep that is continued joins at the end, however early its id', () => {
  expect(atWorkWords([last, mine, continued], continued)).toContain('2 sweeps are queued');
  expect(atWorkWords([mine, continued], mine)).toBeNull();
});
