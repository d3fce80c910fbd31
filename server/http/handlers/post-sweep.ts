import { sweepName } from '../../store/database/ids.ts';
import { keepWeights } from '../../store/sweeps/keep-weights.ts';
import { queueSweep } from '../../store/sweeps/queue-sweep.ts';
import { PROBE_SEEDS } from '../../sweep/plan/plan.ts';
import { definitionOf } from '../definition-of.ts';
import { nothing, route } from '../route.ts';
import { startRequest, startResponse, type StartResponse } from '../schemas/start.ts';

export const postSweepRoute = route({
  method: 'post',
  path: '/sweeps',
  summary: 'Stores a definition as a queued sweep and starts a process that trains it; with `probe`, only its trunks',
  description: '400, bad-definition, with every problem of the definition.',
  params: nothing,
  query: nothing,
  body: startRequest,
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
    keepWeights(storage, sweepId, body.keepWeights);
    const id = sweepName(sweepId);
    await actions.startRun(id);
    const queued: StartResponse = { id, name: plan.name, state: 'queued' };
    return { status: 201, body: queued };
  },
});
