import * as z from 'zod';
import { readLosses } from '../../store/reading/read-losses.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { losses } from '../schemas/mark.ts';

export const getLossesRoute = route({
  method: 'get',
  path: '/sweeps/:id/losses',
  summary: 'What would be lost if the sweep were deleted',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: losses },
  async handle({ storage }, { params: { id } }) {
    return { status: 200, body: readLosses(storage, await knownSweep(storage, id)) };
  },
});
