import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDefinition, readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { planToJson } from '../../server/sweep/plan/plan-json.ts';
import { DefinitionError, type Problem } from '../../server/sweep/problem.ts';
import type { EpochSettings } from '../../server/sweep/plan/resolve-settings.ts';

const folder = new URL('../fixtures/definitions/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const cases = (kind: string) =>
  readdirSync(new URL(kind, folder)).filter((name) => name.endsWith('.json') && !name.endsWith('.expected.json'));

/** 50 batches of 64, 100 of 32. */
const batchesPerEpoch = (training: EpochSettings) => 3200 / training.batchSize;

describe('good definitions give the expected plan', () => {
  const names = cases('good');
  it('are at least 30', () => expect(names.length).toBeGreaterThanOrEqual(30));

  it.each(names)('%s', (name) => {
    const plan = planSweep(readDefinition(read(`good/${name}`), name), { batchesPerEpoch });
    const { planHash, name: sweepName, ...json } = planToJson(plan, { arms: true });
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(sweepName).toBe(JSON.parse(read(`good/${name}`)).name);
    const controls = plan.arms.map(({ controlIndex }) => controlIndex);
    expect({ ...json, controls }).toEqual(JSON.parse(read(`good/${name.replace('.json', '.expected.json')}`)));
  });
});

describe('an ablation with settings of its own', () => {
  const planOf = (change: (definition: Record<string, unknown>) => void) => {
    const definition = JSON.parse(read('good/own-ablation.json'));
    change(definition);
    const { arms } = planSweep(readDefinition(JSON.stringify(definition), 'test'), { batchesPerEpoch });
    return arms.map(({ name, parents }) => [name, parents.map((parent) => arms[parent]!.name)]);
  };

  it('knows the arm that it was derived from; those of the method have a control instead', () => {
    expect(planOf(() => {})).toEqual([
      ['β0.1', []],
      ['β0.2', []],
      ['noIntra', []],
      ['noMargin β0.1', ['β0.1']],
      ['noMargin β0.2', ['β0.2']],
      ['late β0.1', ['β0.1']],
      ['late β0.2', ['β0.2']],
      ['noMarginNoIntra', ['β0.1', 'β0.2']],
    ]);
  });

  it('has several parents where they differ in what it sets, and one that folded into an ablation', () => {
    const plan = planOf((definition) => {
      definition['ablations'] = ['noIntra', { name: 'strong', set: { beta: 0.4 } }];
      Object.assign(definition['parameters'] as object, { beta: { values: [0, 0.1, 0.2] } });
    });
    // With β = 0 there is no N, so the point counts once, as the control that it is.
    expect(plan.find(([name]) => name === 'strong')).toEqual(['strong', ['noIntra', 'β0.1', 'β0.2']]);
  });
});

describe('bad definitions give the expected messages', () => {
  const names = cases('bad');
  it('are at least 60', () => expect(names.length).toBeGreaterThanOrEqual(60));

  it.each(names)(
    '%s',
    (name) => {
      const text = problemsIn(read(`bad/${name}`))
        .map(({ path, message }) => `${path || '(file)'}: ${message}\n`)
        .join('');
      expect(text).toBe(read(`bad/${name.replace('.json', '.expected.txt')}`));
    },
    60_000,
  ); // a search that gives up draws a million times
});

/** Of reading, or where nothing is wrong with the text, of planning. */
function problemsIn(text: string): readonly Problem[] {
  const parsed = parseDefinition(text);
  if (parsed.problems) return parsed.problems;
  try {
    planSweep(parsed.definition, { batchesPerEpoch });
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}
