import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditInWords } from '../../server/runner/audits/auditing.ts';
import { isChosen, rankOf } from '../../server/runner/audits/chosen.ts';
import { differenceInWords, Given } from '../../server/runner/audits/compare-trainings.ts';
import type { Series } from '../../server/training/curve-buffer.ts';

const keys = Array.from({ length: 20_000 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));

test('about 1 stage in 50 is chosen, by its key alone', () => {
  const chosen = keys.filter(isChosen);
  expect(chosen.length).toBeGreaterThan(300);
  expect(chosen.length).toBeLessThan(500);
  expect(keys.filter(isChosen)).toEqual(chosen);
  expect(new Set(keys.map(rankOf)).size).toBe(keys.length);
});

const series = (metric: string, values: number[], epsilon: number | null = null): Series => ({
  metric,
  epsilon,
  batches: Int32Array.from(values, (_, i) => 10 + i),
  values: Float64Array.from(values),
});

function given(points: Series[], hash: string | null = 'a'.repeat(64)): Given {
  const all = new Given();
  const checkpoint = hash === null ? null : { batch: 13, hash, size: 1, content: { file: '' } };
  all.add({ points, to: 13, checkpoint });
  return all;
}

const differ = (first: Given, second: Given) => differenceInWords(first, second, ['one', 'two']);

test('the first batch that differs is named, with its metric and both values; else the state at the end', () => {
  const total = [0.5, NaN, -0];
  const same = (): Given => given([series('train/total', total), series('train/intra', [1, 2, 3], 0.1)]);
  expect(differ(same(), same())).toBe(null);
  const later = given([series('train/total', [0.5, NaN, 0]), series('train/intra', [1, 2.5, 3], 0.1)]);
  expect(differ(same(), later)).toBe('train/intra (ε 0.1) at batch 11 is 2 on one, and 2.5 on two');
  const missing = given([series('train/total', total.slice(0, 2)), series('train/intra', [1, 2, 3], 0.1)]);
  expect(differ(same(), missing)).toBe('train/total at batch 12 is -0 on one, and nothing on two');
  const state = (hash: string | null) => given([series('train/total', total)], hash);
  expect(differ(state('a'.repeat(64)), state('b'.repeat(64)))).toBe(
    'the state after batch 13 is aaaaaaaaaaaa… on one, and bbbbbbbbbbbb… on two',
  );
  expect(differ(state(null), state('b'.repeat(64)))).toBe(null);
});

test('what is said of a sweep', () => {
  expect(auditInWords({ audited: 0, different: [] })).toMatch(/^was not audited: .* wanted two machines/);
  expect(auditInWords({ audited: 1, different: [] })).toBe(
    'was audited: 1 stage was trained again on another machine, with the same bits',
  );
  expect(auditInWords({ audited: 3, different: ['x', 'y'] })).toBe(
    'was audited: 3 stages were trained again on another machine, 2 of them with other bits',
  );
});
