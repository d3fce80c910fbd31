import * as z from 'zod';
import { queueAgain } from '../../store/sweeps/queue.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postResumeRoute = route({
  method: 'post',
  path: '/sweeps/:id/resume',
  summary: 'Continues a sweep where it stopped: any sweep that is not complete, a cancelled one too',
  description:
    'Takes no body, or {}. After a probe the whole sweep is trained. 409 where the sweep is being trained ' +
    'or is complete.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: nothing,
  answer: { status: 202, shape: startResponse },
  async handle({ storage, actions }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const { state } = await toStartResponse(storage, sweep);
    if (state === 'running') throw new HttpError('conflict', `Cannot resume ${id}: it is being trained`);
    // A complete sweep that is queued again would count as unfinished until a process came to it. A cancel meanwhile
    // would leave it unfinished for good.
    if (state === 'complete')
      throw new HttpError('conflict', `Cannot resume ${id}: it is complete; failed runs are trained again by retry`);
    queueAgain(storage, sweep);
    await actions.startRun(id);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
