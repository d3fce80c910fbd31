import * as z from 'zod';
import { HttpError } from '../http-error.ts';
import { knownRun } from '../known.ts';
import { runId, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { readConfusion } from '../answers/run-detail.ts';
import { confusionMatrix } from '../schemas/evaluation.ts';

export const getConfusionRoute = route({
  method: 'get',
  path: '/runs/:id/confusion',
  summary: 'The confusion matrix of an evaluation of a run',
  params: z.strictObject({ id: runId }),
  query: z.strictObject({
    batch: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('batch of the evaluation; default: the last one'),
  }),
  body: null,
  answer: { status: 200, shape: confusionMatrix },
  async handle({ storage }, { params: { id }, query: { batch } }) {
    const body = readConfusion(storage, await knownRun(storage, id), batch ?? null);
    if (body === null) {
      const where = batch === undefined ? '' : ` at batch ${batch}`;
      throw new HttpError(
        'not-found',
        `Cannot find the confusion matrix of ${id}${where}: none is recorded; ` +
          `/api/runs/${id} lists its evaluations`,
      );
    }
    return { status: 200, body };
  },
});
