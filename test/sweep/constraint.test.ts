import { describe, expect, it } from 'vitest';
import { holds, isOrdering } from '../../server/sweep/space/constraint.ts';
import { parseConstraint } from '../../server/sweep/space/parse-constraint.ts';

const names = ['alpha', 'beta', 'gamma', 'loss.m'];
function parse(text: string) {
  const parsed = parseConstraint(text, names, names);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.constraint;
}
const point = { alpha: 0.5, beta: 0.2, gamma: 1, 'loss.m': 0.35 };

describe('a constraint', () => {
  it.each([
    ['gamma > alpha > beta', true],
    ['gamma > beta > alpha', false],
    ['0.1 <= beta <= 0.2 < alpha', true],
    ['alpha == 0.5', true],
    ['alpha != 0.5', false],
    ['beta ≥ 0.4 * alpha', true],
    ['2 * (alpha - beta) / 3 == beta', true],
    ['-(alpha - 1) - -beta < 0.7', false],
    ['- alpha + gamma * 2 - .5e0 == 1', true],
    ['loss.m + α <= 0.85', true],
    ['(2 + 1) * beta / (0.5 + 0.5) > 0.59', true],
    ['0.1 + 0.2 <= 0.3', true],
    ['0.1 + 0.2 > 0.3', false],
  ])('%s is %s', (text, expected) => expect(holds(parse(text), point)).toBe(expected));

  it.each(['<', '<=', '>', '>=', '==', '!='])('does not hold for NaN: alpha %s 0.5', (comparison) => {
    expect(holds(parse(`alpha ${comparison} 0.5`), { ...point, alpha: NaN })).toBe(false);
  });

  it('is recognised as the ordering however it is written', () => {
    expect(['gamma > alpha > beta', 'β<α<γ', '(gamma)>1*alpha > beta'].map((text) => isOrdering(parse(text)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['gamma >= alpha > beta', 'gamma > alpha', 'gamma > 2 * alpha > beta'].map((text) => isOrdering(parse(text))),
    ).toEqual([false, false, false]);
  });

  it('does not exhaust the stack', () => {
    const parsed = parseConstraint(`${'('.repeat(100_000)}alpha > 0`, names, names);
    expect('problem' in parsed && parsed.problem).toMatch(/wanted at most 50 levels of brackets and signs$/);
  });
});
