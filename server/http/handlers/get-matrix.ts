import * as z from 'zod';
import { readMatrix } from '../../store/reading/read-matrix.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { runMatrix } from '../schemas/matrix.ts';

export const getMatrixRoute = route({
  method: 'get',
  path: '/sweeps/:id/matrix',
  summary: 'Arms × seeds of a sweep, with the state of each run',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: runMatrix },
  async handle({ storage }, { params: { id } }) {
    return { status: 200, body: readMatrix(storage, await knownSweep(storage, id)) };
  },
});
