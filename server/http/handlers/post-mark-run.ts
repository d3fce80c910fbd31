import * as z from 'zod';
import { readRunMarks } from '../../store/reading/read-marks.ts';
import { writeMark } from '../../store/sweeps/write-mark.ts';
import { knownRun } from '../known.ts';
import { runId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { mark, markRequest } from '../schemas/mark.ts';

export const postMarkRunRoute = route({
  method: 'post',
  path: '/runs/:id/mark',
  summary: 'Stars, tags or annotates a run',
  params: z.strictObject({ id: runId }),
  query: nothing,
  body: markRequest,
  answer: { status: 200, shape: mark },
  async handle({ storage }, { params: { id }, body }) {
    const run = await knownRun(storage, id);
    writeMark(storage, { run }, body);
    return { status: 200, body: readRunMarks(storage, [run]).get(id)! };
  },
});
