import * as z from 'zod';
import { sweepName } from '../../store/database/ids.ts';
import { queuePromotion } from '../answers/promotion.ts';
import { toStartResponse } from '../answers/start-response.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { promoteRequest } from '../schemas/promote.ts';
import { startResponse } from '../schemas/start.ts';

export const postPromoteRoute = route({
  method: 'post',
  path: '/sweeps/:id/promote',
  summary: 'Stores the best arms and their controls on fresh seeds as a queued sweep of its own and starts it',
  description: 'For a screening on a seed or two: what it measured is not carried over, since it chose the arms.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: promoteRequest,
  answer: { status: 201, shape: startResponse },
  async handle({ storage, actions }, { params: { id }, body: { arms, seeds } }) {
    const wanted = { arms: arms ?? null, seeds, engine: null };
    const queued = await queuePromotion(storage, await knownSweep(storage, id), wanted, actions.plan);
    await actions.startRun(sweepName(queued));
    return { status: 201, body: await toStartResponse(storage, queued) };
  },
});
