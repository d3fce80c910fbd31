import * as z from 'zod';
import { sweepName } from '../../store/database/ids.ts';
import { queueConfirmation } from '../answers/confirmation.ts';
import { knownSweep } from '../known.ts';
import { metricName, sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/sweep.ts';
import { toStartResponse } from '../answers/start-response.ts';

export const postConfirmRoute = route({
  method: 'post',
  path: '/sweeps/:id/confirm',
  summary:
    'Stores an arm and its control on fresh seeds as a queued sweep of its own and starts a process that trains it',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: z.strictObject({
    arm: z.int().min(0).describe('index of the arm'),
    seeds: z.int().min(1).max(1000).describe('how many fresh seeds; fewer than six cannot show anything'),
    metric: metricName.optional().describe("default: the sweep's own; on the test part where there is one"),
  }),
  answer: { status: 201, shape: startResponse },
  async handle({ storage, actions }, { params: { id }, body: { arm, seeds, metric } }) {
    const sweep = await knownSweep(storage, id);
    const wanted = { arm, seeds, metric: metric ?? null, engine: null };
    const queued = await queueConfirmation(storage, sweep, wanted, actions.plan);
    await actions.startRun(sweepName(queued));
    return { status: 201, body: await toStartResponse(storage, queued) };
  },
});
