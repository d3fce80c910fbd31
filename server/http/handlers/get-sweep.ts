import * as z from 'zod';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { sweepDetail } from '../schemas/sweep.ts';
import { readSweepDetail } from '../answers/sweep-detail.ts';

export const getSweepRoute = route({
  method: 'get',
  path: '/sweeps/:id',
  summary: 'One sweep: progress, best arms, what failed and why, its arms and its definition',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: sweepDetail },
  async handle({ storage }, { params: { id } }) {
    return { status: 200, body: (await readSweepDetail(storage, await knownSweep(storage, id)))! };
  },
});
