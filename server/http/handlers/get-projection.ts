import * as z from 'zod';
import { knownRun } from '../known.ts';
import { noEvaluation } from '../no-evaluation.ts';
import { runId, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { readProjection } from '../answers/evaluation.ts';
import { featureProjection } from '../schemas/evaluation.ts';

export const getProjectionRoute = route({
  method: 'get',
  path: '/runs/:id/projection',
  summary: 'The projection of the validation features in an evaluation of a run',
  params: z.strictObject({ id: runId }),
  query: z.strictObject({
    batch: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('batch of the evaluation; default: the last one that has a projection'),
  }),
  body: null,
  answer: { status: 200, shape: featureProjection },
  async handle({ storage }, { params: { id }, query }) {
    const body = readProjection(storage, await knownRun(storage, id), query.batch);
    if (body === null) throw noEvaluation('the projection of validation features', id, query);
    return { status: 200, body };
  },
});
