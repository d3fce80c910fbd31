import { expect, test } from 'vitest';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { extendPlan } from '../../server/sweep/plan/extend-plan.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';

const plan = (betas: number[], seeds: number): Plan =>
  planSweep(
    readDefinition(
      JSON.stringify({
        name: 'x',
        method: 'grid',
        metric: { name: 'val/accuracy' },
        parameters: { alpha: { value: 0.5 }, beta: { values: betas }, epsilon: { value: 0.1 }, N: { value: 4 } },
        ablations: ['noIntra', { name: 'wide', set: { epsilon: 0.2 } }],
        seeds,
        training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 8, evalEvery: 8 },
      }),
      'x.json',
    ),
    { batchesPerEpoch: () => 10 },
  );

test('arms keep their places; control and parents of every arm are those of its own plan', () => {
  const stored = plan([0.2, 0.4], 2);
  const made = plan([0.1, 0.2, 0.3, 0.4], 3);
  const grown = extendPlan({ ...stored, sweep: 's1' }, made);
  const settings = ({ beta, epsilon }: { beta: number; epsilon: number }) => `${beta} ${epsilon}`;
  expect(grown.arms.slice(0, stored.arms.length).map(settings)).toEqual(stored.arms.map(settings));
  expect(grown.arms.map(({ index }) => index)).toEqual(made.arms.map((_, index) => index));
  const relatives = ({ arms }: Plan) =>
    Object.fromEntries(
      arms.map((arm) => [
        settings(arm),
        [
          arm.controlIndex === null ? null : settings(arms[arm.controlIndex]!),
          ...arm.parents.map((i) => settings(arms[i]!)),
        ],
      ]),
    );
  expect(relatives(grown)).toEqual(relatives(made));
  expect(grown.runs).toHaveLength(grown.arms.length * 3);
  expect(new Set(grown.runs.map(({ arm, seed }) => `${arm} ${seed}`)).size).toBe(grown.runs.length);
});
