import * as z from 'zod';
import { readMarks } from '../../store/reading/read-marks.ts';
import { writeMark } from '../../store/sweeps/write-mark.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { mark, markRequest } from '../schemas/mark.ts';

export const postMarkSweepRoute = route({
  method: 'post',
  path: '/sweeps/:id/mark',
  summary: 'Stars, tags or annotates a sweep',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: markRequest,
  answer: { status: 200, shape: mark },
  async handle({ storage }, { params: { id }, body }) {
    const sweep = await knownSweep(storage, id);
    writeMark(storage, { sweep }, body);
    return { status: 200, body: readMarks(storage, sweep).sweep };
  },
});
