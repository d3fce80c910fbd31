import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';

/** Plans a definition that counts in batches, so that no data set has to be looked at. */
export function planText(text: string): Plan {
  return planSweep(readDefinition(text, 'of the test'), {
    batchesPerEpoch: () => {
      throw new Error('the definition counts in epochs');
    },
  });
}

/** Two arms with the intra-class phase and their control, six seeds. */
export const definition = {
  name: 'two-betas',
  description: 'Does β matter? <b>no HTML</b>',
  method: 'grid',
  metric: { name: 'val/accuracy', goal: 'maximize' },
  parameters: { alpha: { value: 0.5 }, beta: { values: [0.2, 0.4] }, epsilon: { value: 0.01 }, N: { value: 20 } },
  ablations: ['noIntra'],
  seeds: 6,
  training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 40, evalEvery: 10 },
};
