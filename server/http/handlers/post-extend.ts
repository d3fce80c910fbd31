import * as z from 'zod';
import { queueExtension } from '../answers/extension.ts';
import { toStartResponse } from '../answers/start-response.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { extendRequest } from '../schemas/extend.ts';
import { startResponse } from '../schemas/start.ts';

export const postExtendRoute = route({
  method: 'post',
  path: '/sweeps/:id/extend',
  summary: 'Adds seeds or arms to a sweep and starts a process that trains them; what it has stays',
  description:
    '400 where the new definition lacks an arm or a seed that the sweep has, where it adds nothing, and while the ' +
    'sweep is being trained. POST /sweeps/{id}/extension says before what there would be to train.',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: extendRequest,
  answer: { status: 202, shape: startResponse },
  async handle({ storage, actions }, { params: { id }, body: { seeds, values, definition } }) {
    const sweep = await knownSweep(storage, id);
    const addition = { seeds: seeds ?? null, values, definition: definition ?? null, engine: null };
    const change = (): Promise<void> => queueExtension(storage, sweep, addition, actions.plan);
    await (actions.keepingTrust?.(sweep, change) ?? change());
    await actions.startRun(id);
    return { status: 202, body: await toStartResponse(storage, sweep) };
  },
});
