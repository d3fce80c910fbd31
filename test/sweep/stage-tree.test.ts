import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Arm } from '../../server/sweep/arm.ts';
import { effectiveSettings, runKey, stageKey } from '../../server/sweep/effective.ts';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { batchesOf, buildStageTree, stagePaths } from '../../server/sweep/stage-tree.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

const example = JSON.parse(readFileSync(new URL('../fixtures/definitions/good/example.json', import.meta.url), 'utf8'));

function planOf(changes: object) {
  const parsed = parseDefinitionValue({ ...example, ...changes });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return planSweep(parsed.definition, { batchesPerEpoch: () => 50 });
}

const { arms } = planOf({});

describe('the stage tree of the example', () => {
  const tree = buildStageTree(arms);

  it('has 33 stages and 6,000 batches a seed', () => {
    expect(tree).toHaveLength(33);
    expect(batchesOf(tree)).toBe(6000);
  });

  it('leads every arm from 0 to the end without a gap, with its settings in force', () => {
    const paths = stagePaths(tree);
    for (const arm of arms) {
      const path = paths.get(arm.index)!;
      expect(path[0]!.from).toBe(0);
      expect(path.at(-1)).toMatchObject({ to: 400, arm: arm.index });
      path.slice(1).forEach((stage, i) => expect(stage).toMatchObject({ from: path[i]!.to, parent: path[i]!.id }));
      for (const stage of path) {
        const active = arm.beta > 0 && stage.from >= arm.N;
        expect(stage).toMatchObject({
          alpha: arm.alpha,
          gamma: arm.gamma,
          beta: active ? arm.beta : 0,
          epsilon: active ? arm.epsilon : null,
        });
      }
    }
  });

  it('counts the arms that share a trunk', () => {
    const first = tree.find(({ from, alpha }) => from === 0 && alpha === 0.5)!;
    expect(first).toMatchObject({ to: 100, arms: 13, arm: null });
    expect(tree.filter(({ arms: count, arm }) => count > 1 || arm === null)).toHaveLength(6);
    expect(tree.find(({ to, beta, alpha }) => to === 400 && beta === 0 && alpha === 0.5)).toMatchObject({
      from: 300,
      arms: 1,
      arm: 24,
    });
  });
});

it('a switch at 0 has no trunk', () => {
  const tree = buildStageTree(planOf({ parameters: { ...example.parameters, N: { value: 0 } }, ablations: [] }).arms);
  expect(tree.every(({ from, to, parent }) => from === 0 && to === 400 && parent === null)).toBe(true);
});

describe('keys', () => {
  const keyOf = (arm: Arm, seed = 0, data = 'd', engine = 'wasm') => runKey(effectiveSettings(arm), seed, data, engine);

  it('of a run depend on what is computed, the seed, the data and the engine', () => {
    const arm = arms[0]!;
    const keys = [
      keyOf(arm),
      keyOf(arms[1]!),
      keyOf(arm, 1),
      keyOf(arm, 0, 'e'),
      keyOf(arm, 0, 'd', 'tensorflow'),
      keyOf({ ...arm, gamma: 0.9 }),
      keyOf({ ...arm, loss: { ...arm.loss, m: 0.3 } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of a run say nothing about what is never in force, and nothing about names', () => {
    const arm = arms[0]!;
    expect(keyOf({ ...arm, name: 'other', index: 7, ablation: 'x' })).toBe(keyOf(arm));
    expect(keyOf({ ...arm, beta: 0, epsilon: 0.3, N: 17 })).toBe(keyOf(arms[24]!));
    expect(keyOf({ ...arm, N: 400 })).toBe(keyOf(arms[24]!));
    expect(keyOf({ ...arm, loss: { ...arm.loss, centerRate: 0.7 } })).toBe(keyOf(arm));
    const ema = { ...arm.loss, centerUpdate: 'ema' as const };
    expect(keyOf({ ...arm, loss: { ...ema, centerRate: 0.7 } })).not.toBe(keyOf({ ...arm, loss: ema }));
  });

  it('of a run say nothing about where its data lies, since the fingerprint says what it is', () => {
    const at = (images: string, validation = 0.1): string => {
      const dataset = {
        ...ownTraining(arms[0]!.training).dataset,
        name: 'idx',
        images,
        labels: 'labels.gz',
        validation,
      };
      return keyOf({ ...arms[0]!, training: { ...arms[0]!.training, dataset } as Arm['training'] });
    };
    expect(at('/old/images.gz')).toBe(at('/new/images.gz'));
    expect(at('/old/images.gz', 0.2)).not.toBe(at('/old/images.gz'));
  });

  it('of a run do not depend on the order of keys', () => {
    const arm = arms[0]!;
    const turned = Object.fromEntries(Object.entries(arm.training).reverse()) as unknown as Arm['training'];
    expect(keyOf({ ...arm, training: turned })).toBe(keyOf(arm));
  });

  it('of a stage are equal up to the switch and different from it on', () => {
    const key = (arm: Arm, to: number) => stageKey(effectiveSettings(arm), to, 0, 'd', 'wasm');
    // N = 100, N = 200, N = 100 with another β, and never
    const [early, late, other, control] = [arms[0]!, arms[1]!, arms[9]!, arms[24]!];
    expect([key(late, 100), key(other, 100), key(control, 100)]).toEqual([
      key(early, 100),
      key(early, 100),
      key(early, 100),
    ]);
    expect(new Set([early, late, other].map((arm) => key(arm, 101))).size).toBe(3);
    expect(key(late, 200)).toBe(key(control, 200));
    expect(key(control, 200)).not.toBe(key(control, 100));
  });
});
