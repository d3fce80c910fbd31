import { describe, expect, it } from 'vitest';
import { findArm } from '../../server/sweep/find-arm.ts';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { UserError } from '../../server/sweep/user-error.ts';

/** The arms of a sweep with own ablations of these names, each with another α. */
function armsWith(names: string[]) {
  const { definition } = parseDefinitionValue({
    name: 'names',
    method: 'grid',
    parameters: { alpha: { value: 0.5 }, beta: { value: 0.2 }, epsilon: { value: 0.1 }, N: { values: [1, 2] } },
    ablations: names.map((name, i) => ({ name, set: { alpha: 0.1 * (i + 1), N: 3 } })),
    training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 12, evalEvery: 6 },
  });
  return planSweep(definition!, { batchesPerEpoch: () => 5 }).arms;
}

describe('an arm', () => {
  it('is found by its name and by its index', () => {
    const arms = armsWith(['own']);
    expect(findArm(arms, 'own', 'Cannot')?.index).toBe(2);
    expect(findArm(arms, '2', 'Cannot')?.name).toBe('own');
    expect(findArm(arms, 2, 'Cannot')?.name).toBe('own');
    expect(findArm(arms, 'none', 'Cannot')).toBeUndefined();
    expect(findArm(arms, '3', 'Cannot')).toBeUndefined();
  });

  it('that is named as the index of another is asked for once more', () => {
    const arms = armsWith(['0']);
    expect(() => findArm(arms, '0', 'Cannot confirm')).toThrow(UserError);
    expect(() => findArm(arms, '0', 'Cannot confirm')).toThrow(
      'Cannot confirm: found "0", the name of arm 2 and the index of another, wanted 2 or "N1"',
    );
    expect(findArm(arms, 0, 'Cannot confirm')?.name).toBe('N1');
  });

  it('keeps its name to itself where an ablation is named as a point of the search', () => {
    const names = armsWith(['N1', 'N1 #2']).map(({ name }) => name);
    expect(names).toEqual(['N1', 'N2', 'N1 #3', 'N1 #2']);
  });
});
