import * as z from 'zod';
import { knownRun } from '../known.ts';
import { runId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { readRunDetail } from '../answers/run-detail.ts';
import { runDetail } from '../schemas/run.ts';

export const getRunRoute = route({
  method: 'get',
  path: '/runs/:id',
  summary:
    'One run: last and best of each metric, its path through the stage tree, configuration, versions, last ' +
    'confusion matrix and last projection',
  params: z.strictObject({ id: runId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: runDetail },
  async handle({ storage }, { params: { id } }) {
    return { status: 200, body: (await readRunDetail(storage, await knownRun(storage, id)))! };
  },
});
