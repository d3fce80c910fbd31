import type { Assignment, ParamValue } from '../arm.ts';

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
  return compileConstraint(constraint, Object.keys(assignment))(Object.values(assignment));
}

/**
 * `holds` for many points.
 *
 * @param names the parameters by their position in a point
 */
export function compileConstraint(
  { sides, comparisons }: Constraint,
  names: readonly string[],
): (point: readonly ParamValue[]) => boolean {
  const compiled = sides.map(({ terms, constant }) => ({
    positions: terms.map(([name]) => names.indexOf(name)),
    coefficients: terms.map(([, coefficient]) => coefficient),
    constant,
  }));
  return (point) => {
    let left = evaluate(compiled[0]!, point);
    for (let i = 0; i < comparisons.length; i++) {
      const right = evaluate(compiled[i + 1]!, point);
      if (!compare(left, comparisons[i]!, right)) return false;
      left = right;
    }
    return true;
  };
}

interface CompiledSide {
  positions: number[];
  coefficients: number[];
  constant: number;
}

function evaluate({ positions, coefficients, constant }: CompiledSide, point: readonly ParamValue[]): number {
  let sum = constant;
  for (let i = 0; i < positions.length; i++) {
    const value = point[positions[i]!];
    sum += coefficients[i]! * (typeof value === 'number' ? value : NaN);
  }
  return sum;
}

/**
 * People mean decimals: 0.1 + 0.2 <= 0.3 is true for them, so a difference in the last bits of a double counts as none.
 */
export function compare(left: number, comparison: ComparisonSign, right: number): boolean {
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
