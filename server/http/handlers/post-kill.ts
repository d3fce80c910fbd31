import * as z from 'zod';
import { cancel } from '../cancel.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';

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
  handle: ({ storage }, { params: { id } }) => cancel(storage, id, 'kill'),
});
