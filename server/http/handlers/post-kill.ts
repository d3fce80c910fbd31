import * as z from 'zod';
import { cancelSweep } from '../../store/sweeps/cancel-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postKillRoute = route({
  method: 'post',
  path: '/sweeps/:id/kill',
  summary:
    'Cancels a sweep without waiting for its workers: they are killed, and what they have not stored yet is trained ' +
    'again by resume',
  description: 'Takes no body, or {}. For a worker that hangs. 409 where the sweep has ended.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: nothing,
  answer: { status: 202, shape: startResponse },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    if (cancelSweep(storage, sweep, { kill: true }) === 'ended')
      throw new HttpError('conflict', `Cannot kill ${id}: it has ended already`);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
