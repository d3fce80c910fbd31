import * as z from 'zod';
import { sweepName } from '../../store/database/ids.ts';
import { queueConfirmation } from '../answers/confirmation.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { confirmRequest } from '../schemas/confirm.ts';
import { startResponse } from '../schemas/start.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postConfirmRoute = route({
  method: 'post',
  path: '/sweeps/:id/confirm',
  summary:
    'Stores an arm and its control on fresh seeds as a queued sweep of its own and starts a process that trains it',
  description:
    'The field `confirms` of the new sweep says which arm it confirms; GET /sweeps/{id}/confirmation, with ' +
    'the id of the new sweep, gives the result.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: confirmRequest,
  answer: { status: 201, shape: startResponse },
  async handle({ storage, actions }, { params: { id }, body: { arm, seeds, metric, again } }) {
    const sweep = await knownSweep(storage, id);
    const wanted = { arm, seeds, metric: metric ?? null, engine: null, again };
    const queued = await queueConfirmation(storage, sweep, wanted, actions.plan);
    await actions.startRun(sweepName(queued));
    return { status: 201, body: await toStartResponse(storage, queued) };
  },
});
