import { expect, test } from 'vitest';
import type { Arm } from '../../server/sweep/arm.ts';
import { armToConfirm, confirmDefinition, freshSeeds } from '../../server/sweep/definition/confirm-definition.ts';
import { confirmKey, parseConfirmKey } from '../../server/sweep/definition/confirm-key.ts';
import { effectiveSettings } from '../../server/sweep/effective.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';

const plan = (text: string): Plan => planSweep(readDefinition(text, 'of the test'), { batchesPerEpoch: () => 37 });
const metric = { name: 'val/accuracy', goal: 'maximize' } as const;

/**
 * Everything that may differ between what is written and what it resolves to: epochs, fractions, swept settings,
 * defaults.
 */
function study(changes: object = {}): Plan {
  return plan(
    JSON.stringify({
      name: 'study',
      method: 'grid',
      metric: { name: 'val/macroF1' },
      parameters: {
        α: { value: 0.5 },
        β: { values: [0.1, 0.3] },
        ε: { value: 0.1 / 3 },
        N: { values: [0, 0.333], unit: 'fraction' },
        'training.optimizer.learningRate': { values: [0.01, 0.02] },
        'loss.centerUpdate': { values: ['cumulative', 'ema'] },
      },
      ablations: ['noIntra', 'noTruncation', 'crossEntropyOnly'],
      seeds: [3, 11, 5],
      training: {
        dataset: { name: 'csv', file: 'data.csv', label: 'y', shape: [4, 4, 1], augment: { shift: 1 } },
        model: { name: 'mlp', dropout: 0.2 },
        epochs: 2,
      },
      ...changes,
    }),
  );
}

test('exactly the arm and its control, on these seeds, with the settings as they were trained', () => {
  const { arms } = study();
  const confirmable = arms.filter(({ control }) => !control);
  expect(confirmable.some(({ ablation }) => ablation === 'noTruncation')).toBe(true);
  for (const arm of confirmable) {
    const made = plan(confirmDefinition({ sweep: 'study', arm, control: arm, metric, seeds: [12, 13] }));
    expect(made).toMatchObject({ name: `study confirm ${arm.name}`, metric, seeds: [12, 13], folded: 0 });
    expect(made.arms.map(effectiveSettings)).toEqual([
      effectiveSettings(arm),
      effectiveSettings(arms[arm.controlIndex!]!),
    ]);
    expect(made.arms.map(({ controlIndex }) => controlIndex)).toEqual([1, null]);
  }
});

test('a data set with a validation part of its own is written as a definition may write it', () => {
  const dataset = { name: 'idx', images: 'a', labels: 'b', validationImages: 'c', validationLabels: 'd' };
  const { arms } = study({ training: { dataset, model: { name: 'mlp' }, batches: 40 } });
  const made = plan(confirmDefinition({ sweep: 'study', arm: arms[0]!, control: arms[0]!, metric, seeds: [1] }));
  expect(made.arms[0]!.training).toEqual(arms[0]!.training);
});

test('a name that would be too long is cut, that of the sweep before that of the arm', () => {
  const { arms } = study();
  const nameOf = (sweep: string, name: string): string =>
    plan(confirmDefinition({ sweep, arm: { ...arms[0]!, name }, control: arms[0]!, metric, seeds: [1] })).name;
  expect(nameOf('s'.repeat(100), 'β0.2')).toBe(`${'s'.repeat(87)} confirm β0.2`);
  expect(nameOf(`${'s'.repeat(86)} tail`, 'β0.2')).toBe(`${'s'.repeat(86)} confirm β0.2`);
  expect(nameOf('𝛽'.repeat(50), 'a'.repeat(90))).toBe(`${'𝛽'.repeat(25)} confirm ${'a'.repeat(41)}`);
  expect(nameOf('short', '𝛽'.repeat(50))).toBe(`short confirm ${'𝛽'.repeat(43)}`);
});

test('what only an ablation may be cannot be confirmed', () => {
  const { arms } = study({ ablations: ['noIntra', { name: 'heavy', set: { beta: 0.9 } }] });
  const heavy = arms.find(({ ablation }) => ablation === 'heavy')!;
  expect(() => confirmDefinition({ sweep: 'study', arm: heavy, control: heavy, metric, seeds: [1] })).toThrow(
    /found γ = 1, α = 0.5, β = 0.9, wanted an arm within γ > α > β/,
  );
});

test('an arm by index or name; whatever has nothing to be compared with is refused, and the arms are listed', () => {
  const { arms } = study();
  expect(armToConfirm('study', arms, '1')).toBe(arms[1]);
  expect(armToConfirm('study', arms, 1)).toBe(arms[1]);
  expect(armToConfirm('study', arms, arms[2]!.name)).toBe(arms[2]);
  const control = arms.findIndex(({ control: isControl }) => isControl);
  expect(() => armToConfirm('study', arms, String(control))).toThrow(/found a control, wanted one of 0 β0\.1 N0/);
  expect(() => armToConfirm('study', arms, 'nobody')).toThrow(
    /Cannot confirm arm "nobody" of study: found no arm of this index or name, wanted one of 0 β0\.1/,
  );
  const alone = study({ ablations: [] });
  expect(() => armToConfirm('study', alone.arms, 0)).toThrow(
    /without a control .*, wanted a sweep with an arm that has a control: this one has none/,
  );
});

test('fresh seeds are the smallest above all that were used', () => {
  expect(freshSeeds([3, 11, 5], 3)).toEqual([12, 13, 14]);
  expect(freshSeeds([0], 2)).toEqual([1, 2]);
});

test('the key is of the settings, whatever the arm is called and wherever it stands', () => {
  const { arms } = study();
  const key = confirmKey('s3', arms[0]!);
  const renamed: Arm = { ...arms[0]!, index: 9, name: 'other' };
  expect(confirmKey('s3', renamed)).toBe(key);
  expect(new Set(arms.map((arm) => confirmKey('s3', arm))).size).toBe(arms.length);
  const parsed = parseConfirmKey(key)!;
  expect([parsed.sweep, arms.findIndex(parsed.isArm)]).toEqual(['s3', 0]);
  expect([parseConfirmKey(null), parseConfirmKey('/study/confirm.json')]).toEqual([null, null]);
});
