import * as z from 'zod';
import { readMarks } from '../../store/reading/read-marks.ts';
import { writeMark } from '../../store/sweeps/write-mark.ts';
import { knownSweep } from '../known.ts';
import { sweepId, wholeNumber } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { mark, markRequest } from '../schemas/mark.ts';

export const postMarkArmRoute = route({
  method: 'post',
  path: '/sweeps/:id/arms/:arm/mark',
  summary: 'Stars, tags or annotates an arm of a sweep',
  description: 'The mark stays with the arm where the definition changes its place.',
  params: z.strictObject({ id: sweepId, arm: wholeNumber(0, 1e6).describe('index of the arm') }),
  query: nothing,
  body: markRequest,
  answer: { status: 200, shape: mark },
  async handle({ storage }, { params: { id, arm }, body }) {
    const sweep = await knownSweep(storage, id);
    writeMark(storage, { sweep, arm }, body);
    return { status: 200, body: readMarks(storage, sweep).arms.get(arm)! };
  },
});
