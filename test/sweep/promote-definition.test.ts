import { expect, it } from 'vitest';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { promoteDefinition } from '../../server/sweep/definition/promote-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';

const screening = {
  name: 'screen',
  method: 'random',
  runCap: 8,
  metric: { name: 'val/accuracy', goal: 'maximize' },
  parameters: {
    alpha: { distribution: 'uniform', min: 0.3, max: 0.9 },
    beta: { distribution: 'uniform', min: 0.05, max: 0.25 },
    epsilon: { value: 0.02 },
    N: { value: 0.5, unit: 'fraction' },
    'training.optimizer.learningRate': { values: [0.1, 0.2] },
  },
  ablations: ['noIntra'],
  seeds: 1,
  training: {
    dataset: { name: 'glyphs', train: 300, validation: 0.4 },
    model: { name: 'mlp', embedding: 8 },
    batchSize: 16,
    batches: 40,
    evalEvery: 10,
  },
};

const plan = (text: string) => planSweep(readDefinition(text, 'a test'), { batchesPerEpoch: () => 10 });

it('plans the same computations on fresh seeds, the best first, with their controls', () => {
  const { arms } = plan(JSON.stringify(screening));
  const points = arms.filter(({ control, ablation }) => !control && ablation === null);
  const chosen = [points[5]!, points[1]!, points[3]!];
  const text = promoteDefinition({
    sweep: 'screen',
    arms: chosen,
    controls: chosen.map(({ controlIndex }) => arms[controlIndex!]!),
    metric: { name: 'val/accuracy', goal: 'maximize' },
    seeds: [4, 5],
  });
  const promoted = plan(text);
  expect(JSON.parse(text)).toMatchObject({ name: 'screen promoted', seeds: [4, 5] });
  const computed = ({ alpha, beta, gamma, epsilon, N, loss, training }: (typeof arms)[number]) => ({
    ...{ alpha, beta, gamma, epsilon, N },
    loss,
    training,
  });
  const again = promoted.arms.filter(({ control }) => !control);
  expect(again.map(computed)).toEqual(chosen.map(computed));
  for (const arm of again) expect(promoted.arms[arm.controlIndex!]).toMatchObject({ control: true, alpha: arm.alpha });
});

it('has one point where one arm goes on', () => {
  const { arms } = plan(JSON.stringify(screening));
  const [one] = arms.filter(({ control }) => !control);
  const text = promoteDefinition({
    sweep: 'screen',
    arms: [one!],
    controls: [arms[one!.controlIndex!]!],
    metric: { name: 'val/accuracy', goal: 'maximize' },
    seeds: [1],
  });
  expect(plan(text).arms.filter(({ control }) => !control)).toHaveLength(1);
});
