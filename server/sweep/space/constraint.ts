import type { Assignment } from '../arm.ts';

export type ComparisonSign = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** Σ coefficient · parameter + constant */
export interface Linear {
  terms: [name: string, coefficient: number][];
  constant: number;
}

/** A chained comparison: `sides[0] comparisons[0] sides[1] comparisons[1] sides[2] …`, all of which must hold. */
export interface Constraint {
  /** As written. */
  text: string;
  sides: Linear[];
  comparisons: ComparisonSign[];
}

/** In force for every arm that is not an ablation. */
export const ORDERING: Constraint = {
  text: 'gamma > alpha > beta',
  sides: ['gamma', 'alpha', 'beta'].map((name) => ({ terms: [[name, 1]], constant: 0 })),
  comparisons: ['>', '>'],
};

const MIRRORED: Record<ComparisonSign, ComparisonSign> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

/** True for γ > α > β, written in either direction. */
export function isOrdering({ sides, comparisons }: Constraint): boolean {
  const shape = (s: Linear[], c: ComparisonSign[]) => JSON.stringify([s, c]);
  const wanted = shape(ORDERING.sides, ORDERING.comparisons);
  return (
    shape(sides, comparisons) === wanted ||
    shape(
      [...sides].reverse(),
      [...comparisons].reverse().map((c) => MIRRORED[c]),
    ) === wanted
  );
}

/** Whether every comparison of the chain holds. A value that is not a number makes all of them false. */
export function holds(constraint: Constraint, assignment: Assignment): boolean {
  let left = evaluate(constraint.sides[0]!, assignment);
  for (let i = 0; i < constraint.comparisons.length; i++) {
    const right = evaluate(constraint.sides[i + 1]!, assignment);
    if (!compare(left, constraint.comparisons[i]!, right)) return false;
    left = right;
  }
  return true;
}

function evaluate({ terms, constant }: Linear, assignment: Assignment): number {
  let sum = constant;
  for (const [name, coefficient] of terms) {
    const value = assignment[name];
    sum += coefficient * (typeof value === 'number' ? value : NaN);
  }
  return sum;
}

/**
 * People mean decimals: 0.1 + 0.2 <= 0.3 is true for them, so a difference in the last bits of a double counts as none.
 */
function compare(left: number, comparison: ComparisonSign, right: number): boolean {
  const slack = 1e-12 * Math.max(Math.abs(left), Math.abs(right));
  const difference = left - right;
  switch (comparison) {
    case '<':
      return -difference > slack;
    case '<=':
      return difference <= slack;
    case '>':
      return difference > slack;
    case '>=':
      return -difference <= slack;
    case '==':
      return Math.abs(difference) <= slack;
    case '!=':
      return Math.abs(difference) > slack;
  }
}
