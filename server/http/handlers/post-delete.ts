import * as z from 'zod';
import { removeSweep } from '../../store/sweeps/remove-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { removed } from '../schemas/mark.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postDeleteRoute = route({
  method: 'post',
  path: '/sweeps/:id/delete',
  summary: 'Deletes a sweep, and the runs and checkpoints that no other sweep refers to',
  description:
    'There is no way back. 409 while it is being trained. A checkpoint whose file cannot be deleted now is deleted ' +
    'by the next process that trains.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: nothing,
  answer: { status: 200, shape: removed },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const { state } = await toStartResponse(storage, sweep);
    if (state === 'running')
      throw new HttpError('conflict', `Cannot delete ${id}: it is being trained; cancel it first`);
    return { status: 200, body: removeSweep(storage, sweep) };
  },
});
