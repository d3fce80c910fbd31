import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkLossCases, parseLossCases } from '../../../server/training/loss-cases.ts';
import { UserError } from '../../../server/sweep/user-error.ts';
import { eachEngine } from '../../helpers/engines.ts';

// test/fixtures/loss-cases.json: 28 cases computed in float64 with PyTorch's autograd.
const text = readFileSync(new URL('../../fixtures/loss-cases.json', import.meta.url), 'utf8');
const cases = parseLossCases(text, 'loss-cases.json');

eachEngine('the loss of the reference cases', (open) => {
  test('terms, centers and gradients are within tolerance in all 28', async () => {
    const report = await checkLossCases(cases, await open());
    expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
    expect(report).toMatchObject({ cases: 28, passed: 28 });
  });

  test('a wrong expected value is found, whichever kind it is', async () => {
    const engine = await open();
    const spoiled = (spoil: (one: (typeof cases)[number]) => void) => {
      const [one] = parseLossCases(text, 'loss-cases.json');
      spoil(one!);
      return checkLossCases([one!], engine);
    };
    expect((await spoiled(({ expected }) => (expected.total += 1e-3))).results[0]!.errors.terms).toBeGreaterThan(1);
    expect(
      (await spoiled(({ expected }) => (expected.centersAfter.center[0]![0]! += 1e-4))).results[0]!.errors.centers,
    ).toBeGreaterThan(1);
    expect(
      (await spoiled(({ expected }) => (expected.gradWeights[0]![0]! += 1e-2))).results[0]!.errors.gradients,
    ).toBeGreaterThan(1);
    expect((await spoiled(({ expected }) => (expected.gradFeatures[0]![0] = NaN))).passed).toBe(0);
  });
});

describe('a file of reference cases', () => {
  test("that is none is the user's mistake and says where", () => {
    expect(() => parseLossCases('{"cases": [{"name": "x"}]}', 'my.json')).toThrow(UserError);
    expect(() => parseLossCases('{"cases": [{"name": "x"}]}', 'my.json')).toThrow(/my\.json: at cases\.0\.options/);
    expect(() => parseLossCases('no', 'my.json')).toThrow(/my\.json: it is not JSON/);
  });
});
