import * as z from 'zod';
import { queueAgain } from '../../store/sweeps/queue.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { refuseProgram } from '../refuse-program.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postResumeRoute = route({
  method: 'post',
  path: '/sweeps/:id/resume',
  summary: 'Continues a sweep where it stopped: any sweep that is not complete, a cancelled one too',
  description:
    'Takes no body, or {}, or {"otherBits": true}. After a probe the whole sweep is trained. 409 where the sweep is ' +
    'being trained or is complete.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: z.strictObject({
    otherBits: z
      .boolean()
      .optional()
      .describe(
        'true: to go on where the machine computes other bits than those of its runs; finished seeds stay, all ' +
          'others are trained anew',
      ),
  }),
  answer: { status: 202, shape: startResponse },
  async handle(context, { params: { id }, body }) {
    const { storage, actions } = context;
    const sweep = await knownSweep(storage, id);
    refuseProgram(context, id, `resume ${id}`);
    const { state } = await toStartResponse(storage, sweep);
    if (state === 'running') throw new HttpError('conflict', `Cannot resume ${id}: it is being trained`);
    // A complete sweep that is queued again would count as unfinished until a process came to it. A cancel meanwhile
    // would leave it unfinished for good.
    if (state === 'complete')
      throw new HttpError('conflict', `Cannot resume ${id}: it is complete; failed runs are trained again by retry`);
    queueAgain(storage, sweep, { otherBits: body.otherBits === true });
    await actions.startRun(id);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
