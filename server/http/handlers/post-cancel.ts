import * as z from 'zod';
import { cancelSweep } from '../../store/sweeps/cancel-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postCancelRoute = route({
  method: 'post',
  path: '/sweeps/:id/cancel',
  summary:
    'Stops a sweep: the process that trains it reads the flag within seconds; where no such process is ' +
    'alive, the sweep is cancelled at once',
  description: 'Takes no body, or {}. 409 where the sweep has ended.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: nothing,
  answer: { status: 202, shape: startResponse },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    if (cancelSweep(storage, sweep) === 'ended')
      throw new HttpError('conflict', `Cannot cancel ${id}: it has ended already`);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
