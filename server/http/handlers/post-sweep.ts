import * as z from 'zod';
import { sweepName } from '../../store/database/ids.ts';
import { queueSweep } from '../../store/sweeps/queue-sweep.ts';
import { PROBE_SEEDS } from '../../sweep/plan/plan.ts';
import type { StartResponse } from '../api.ts';
import { definitionBody, definitionOf } from '../definition-of.ts';
import { nothing, route } from '../route.ts';
import { startResponse } from '../schemas/sweep.ts';

export const postSweepRoute = route({
  method: 'post',
  path: '/sweeps',
  summary:
    'Stores a definition as a queued sweep and starts a process that trains it, or only its trunks for a look before',
  params: nothing,
  query: nothing,
  body: z.strictObject({
    ...definitionBody,
    engine: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm']).default('auto'),
    probe: z
      .boolean()
      .default(false)
      .describe(`train the trunks of ${PROBE_SEEDS} seeds only; resume goes on with all of it`),
  }),
  answer: { status: 201, shape: startResponse },
  async handle({ storage, actions }, { body }) {
    const { text, folder } = definitionOf(body);
    const plan = await actions.plan(text, folder);
    const engine = body.engine === 'auto' ? null : body.engine;
    const { sweepId } = queueSweep(storage, {
      definition: text,
      definitionPath: null,
      folder,
      plan,
      engine,
      share: true,
      ...(body.probe ? { probeSeeds: PROBE_SEEDS } : {}),
    });
    const id = sweepName(sweepId);
    await actions.startRun(id);
    const answer: StartResponse = { id, name: plan.name, state: 'queued' };
    return { status: 201, body: answer };
  },
});
