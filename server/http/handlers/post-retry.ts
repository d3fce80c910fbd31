import * as z from 'zod';
import { parseRunId } from '../../store/database/ids.ts';
import { retrySweep } from '../../store/sweeps/retry-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { runId, sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { refuseProgram } from '../refuse-program.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postRetryRoute = route({
  method: 'post',
  path: '/sweeps/:id/retry',
  summary: 'Trains the failed runs of a sweep again',
  description:
    'Takes no body, {}, or the runs that are meant. 409 where the sweep is being trained, or none of its runs has ' +
    'failed.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: z.strictObject({
    runs: z
      .array(runId)
      .min(1)
      .max(1_000)
      .optional()
      .describe('these runs alone, as far as they have failed; default: all that have'),
  }),
  answer: { status: 202, shape: startResponse },
  async handle(context, { params: { id }, body }) {
    const { storage, actions } = context;
    const sweep = await knownSweep(storage, id);
    refuseProgram(context, id, `retry ${id}`);
    const { state } = await toStartResponse(storage, sweep);
    if (state === 'running')
      throw new HttpError(
        'conflict',
        `Cannot retry ${id}: it is being trained; wait until it is done, or cancel it first`,
      );
    const runs = body.runs?.map((run) => parseRunId(run)!) ?? null;
    if (retrySweep(storage, sweep, { runs }) === 0)
      throw new HttpError('conflict', `Cannot retry ${id}: none of ${runs ? 'these' : 'its'} runs has failed`);
    await actions.startRun(id);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
