import * as z from 'zod';
import { knownRun } from '../known.ts';
import { noEvaluation } from '../no-evaluation.ts';
import { runId } from '../parameters.ts';
import { route } from '../route.ts';
import { readConfused } from '../answers/evaluation.ts';
import { confusedClasses, evaluationQuery } from '../schemas/evaluation.ts';

export const getConfusedRoute = route({
  method: 'get',
  path: '/runs/:id/confused',
  summary: 'The pairs of classes that an evaluation of a run confused most; at its end with some of the images',
  params: z.strictObject({ id: runId }),
  query: evaluationQuery,
  body: null,
  answer: { status: 200, shape: confusedClasses },
  async handle({ storage }, { params: { id }, query }) {
    const body = readConfused(storage, await knownRun(storage, id), query);
    if (body === null) throw noEvaluation('the most confused pairs', id, query);
    return { status: 200, body };
  },
});
