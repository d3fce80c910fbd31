import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerLimits } from './answer-limits.ts';
import { dataLimits } from './data-limits.ts';
import { definitionLimits } from './definition-limits.ts';
import type { LimitCase } from './limit-case.ts';
import { planLimits } from './plan-limits.ts';
import { requestLimits } from './request-limits.ts';
import { runnerLimits } from './runner-limits.ts';
import { serverLimits } from './server-limits.ts';
import { storageLimits } from './storage-limits.ts';

const cases: LimitCase[] = [
  ...answerLimits,
  ...dataLimits,
  ...definitionLimits,
  ...planLimits,
  ...requestLimits,
  ...runnerLimits,
  ...serverLimits,
  ...storageLimits,
];

/** The rows of the table in docs/limits.md. */
const rows = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what|---)/.test(line))
  .map((line) => {
    const [what, , error] = line.slice(2, -2).split(' | ');
    return { what: what!, error: error!.replace(/^`|`$/g, '') };
  });

test('each row of the table has an input that is one too large, and each input a row', () => {
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(({ what }) => what).sort()).toEqual(cases.map(({ what }) => what).sort());
});

test.each(rows)('$what', async ({ what, error }) => {
  const parts = error.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  expect(await cases.find((each) => each.what === what)!.error()).toMatch(new RegExp(parts.join('.*'), 's'));
});
