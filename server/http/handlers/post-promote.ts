import * as z from 'zod';
import { sweepName } from '../../store/database/ids.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { queuePromotion } from '../answers/promotion.ts';
import { toStartResponse } from '../answers/start-response.ts';
import { knownSweep } from '../known.ts';
import { sweepId as id } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
import { nothing, route } from '../route.ts';
import { promoteRequest } from '../schemas/promote.ts';
import { startResponse } from '../schemas/start.ts';

export const postPromoteRoute = route({
  method: 'post',
  path: '/sweeps/:id/promote',
  summary: 'Stores the best arms and their controls on fresh seeds as a queued sweep of its own and starts it',
  description: 'For a screening on a seed or two: what it measured is not carried over, since it chose the arms.',
  params: z.strictObject({ id }),
  query: nothing,
  body: promoteRequest,
  answer: { status: 201, shape: startResponse },
  async handle({ storage, actions }, { params, body: { arms, seeds } }) {
    const wanted = { arms: arms ?? null, seeds, engine: null };
    const sweepId = await knownSweep(storage, params.id);
    const sweep = (await readSweep(storage, sweepId))!;
    refuseTooManySums(sweep, 1);
    const read = (metrics: string[]) => resultsFor(storage, sweep, metrics);
    const queued = await queuePromotion(storage, sweepId, wanted, actions.plan, read);
    await actions.startRun(sweepName(queued));
    return { status: 201, body: await toStartResponse(storage, queued) };
  },
});
