import * as z from 'zod';
import { KEEP_WEIGHTS } from '../../sweep/keep-weights.ts';
import { PROBE_SEEDS } from '../../sweep/plan/plan.ts';
import { sweepState } from './fields.ts';
import { planRequest } from './plan.ts';
import { shape } from './registry.ts';

export const startRequest = planRequest.extend({
  engine: z
    .enum(['auto', 'tensorflow', 'webgpu', 'wasm'])
    .default('auto')
    .describe('the engine that trains it; auto: the fastest that works there'),
  probe: z
    .boolean()
    .default(false)
    .describe(
      `train only the trunks of ${PROBE_SEEDS} seeds, for GET /sweeps/{id}/probe; POST ` +
        '/sweeps/{id}/resume then trains the whole sweep',
    ),
  keepWeights: z
    .enum(KEEP_WEIGHTS)
    .default('all')
    .describe(
      'which runs keep their final weights once the sweep is complete; best: the best one of each arm, by the ' +
        "sweep's metric",
    ),
});
export type StartRequest = z.input<typeof startRequest>;

export const startResponse = shape(
  'StartResponse',
  'Where a sweep stands after the request',
  z.strictObject({
    id: z.string().describe('id of the sweep'),
    name: z.string().describe('name of the sweep'),
    state: sweepState.describe('its state now'),
  }),
);
export type StartResponse = z.output<typeof startResponse>;
