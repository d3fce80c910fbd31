import * as z from 'zod';
import { readRunDiff } from '../answers/run-diff.ts';
import { knownRun } from '../known.ts';
import { runId } from '../parameters.ts';
import { route } from '../route.ts';
import { runDiff } from '../schemas/run-diff.ts';

export const getRunDiffRoute = route({
  method: 'get',
  path: '/runs/:id/diff',
  summary: 'A run beside another one: settings, data, environment and results, and what differs',
  params: z.strictObject({ id: runId }),
  query: z.strictObject({ with: runId.describe('the other run') }),
  body: null,
  answer: { status: 200, shape: runDiff },
  async handle({ storage }, { params: { id }, query }) {
    const [first, second] = [await knownRun(storage, id), await knownRun(storage, query.with)];
    return { status: 200, body: await readRunDiff(storage, first, second) };
  },
});
