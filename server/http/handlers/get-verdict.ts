import * as z from 'zod';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { HttpError } from '../http-error.ts';
import { parseConfirmKey } from '../../sweep/definition/confirm-key.ts';
import { readVerdict } from '../answers/verdict.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { decimal, metricName, sweepId } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { route } from '../route.ts';
import { verdict } from '../schemas/verdict.ts';

export const getVerdictRoute = route({
  method: 'get',
  path: '/sweeps/:id/verdict',
  summary: 'What the sweep answers, in one sentence, and what to do next',
  description:
    'Another metric than the definition’s, or `at=best`, makes the answer exploratory. Confirmations of arms ' +
    'of this sweep by the same measure are part of it.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    metric: metricName.optional().describe("default: the sweep's own"),
    at: z.enum(['last', 'best']).default('last').describe('the value of a run: its last evaluation or its best'),
    effect: decimal
      .optional()
      .describe("the smallest change that matters, in points for accuracies; default: the definition's"),
  }),
  body: null,
  answer: { status: 200, shape: verdict },
  async handle({ storage }, { params: { id }, query: { metric, at, effect } }) {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const confirmed = parseConfirmKey(sweep.definitionPath);
    if (confirmed !== null)
      throw new HttpError(
        'not-found',
        `Cannot judge ${id}: it confirms an arm of ${confirmed.sweep}, which has the verdict`,
      );
    refuseUnknownMetrics(metric === undefined ? [] : [metric], sweep.plan.metrics);
    refuseTooManySums(sweep, 1);
    const read = (metrics: string[]) => resultsFor(storage, sweep, metrics);
    return { status: 200, body: await readVerdict(storage, sweep, { metric, at, smallestEffect: effect }, read) };
  },
});
