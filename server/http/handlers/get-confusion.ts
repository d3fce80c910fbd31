import * as z from 'zod';
import { knownRun } from '../known.ts';
import { noEvaluation } from '../no-evaluation.ts';
import { runId } from '../parameters.ts';
import { route } from '../route.ts';
import { readConfusion } from '../answers/evaluation.ts';
import { confusionMatrix, evaluationQuery } from '../schemas/evaluation.ts';

export const getConfusionRoute = route({
  method: 'get',
  path: '/runs/:id/confusion',
  summary: 'The confusion matrix of an evaluation of a run',
  params: z.strictObject({ id: runId }),
  query: evaluationQuery,
  body: null,
  answer: { status: 200, shape: confusionMatrix },
  async handle({ storage }, { params: { id }, query }) {
    const body = readConfusion(storage, await knownRun(storage, id), query);
    if (body === null) throw noEvaluation('the confusion matrix', id, query);
    return { status: 200, body };
  },
});
