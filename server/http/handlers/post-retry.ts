import * as z from 'zod';
import { retrySweep } from '../../store/sweeps/retry-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postRetryRoute = route({
  method: 'post',
  path: '/sweeps/:id/retry',
  summary: 'Trains the failed runs of a sweep again',
  description: 'Takes no body, or {}. 409 where the sweep is being trained, or none of its runs has failed.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: nothing,
  answer: { status: 202, shape: startResponse },
  async handle({ storage, actions }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const { state } = await toStartResponse(storage, sweep);
    if (state === 'running')
      throw new HttpError(
        'conflict',
        `Cannot retry ${id}: it is being trained; wait until it is done, or cancel it first`,
      );
    if (retrySweep(storage, sweep) === 0)
      throw new HttpError('conflict', `Cannot retry ${id}: none of its runs has failed`);
    await actions.startRun(id);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
