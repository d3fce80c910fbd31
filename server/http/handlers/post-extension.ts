import * as z from 'zod';
import { planExtension } from '../answers/extension.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { extendRequest, extensionPlan } from '../schemas/extend.ts';

export const postExtensionRoute = route({
  method: 'post',
  path: '/sweeps/:id/extension',
  summary: 'What seeds or arms that are added to a sweep would take to train; nothing is changed',
  description:
    'The same as `cosweep extend --plan --json`, and 400 wherever POST /sweeps/{id}/extend would be refused.',
  answeredBy: 'heavy',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: extendRequest,
  answer: { status: 200, shape: extensionPlan },
  async handle({ storage, actions }, { params: { id }, body: { seeds, values, definition } }) {
    const sweep = await knownSweep(storage, id);
    const addition = { seeds: seeds ?? null, values, definition: definition ?? null };
    return { status: 200, body: await planExtension(storage, sweep, addition, actions.plan) };
  },
});
