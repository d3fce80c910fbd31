import * as z from 'zod';
import { cancel } from '../cancel.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/start.ts';

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
  handle: ({ storage }, { params: { id } }) => cancel(storage, id, 'cancel'),
});
