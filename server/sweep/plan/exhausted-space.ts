import type { ParamValue } from '../arm.ts';
import type { Constraint, Linear } from '../space/constraint.ts';
import type { Definition, Parameter } from '../space/definition.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import { gridValues } from '../space/space.ts';
import { GridWalk } from './grid.ts';
import { namesIn } from './point-filter.ts';
import { PlanMistake } from './plan-limits.ts';

/** Points of a space are counted up to this many; a larger space is never exhausted by the draws of a search. */
const MAX_COUNTED = 100_000;

/** The least and the largest value that can be drawn; of no number, none. */
type Bounds = [least: number, largest: number];

/**
 * Refuses a space in which a constraint holds nowhere, as far as the bounds of its parameters tell: no draw would show
 * it.
 */
export function refuseEmptySpace({ parameters, constraints, runCap }: Definition): void {
  const bounds = new Map(parameters.map(({ name, space }) => [name, boundsOf(space)]));
  const empty = constraints.find((constraint) => holdsNowhere(constraint, bounds));
  if (empty === undefined) return;
  const ranges = namesIn(empty).map((name) => `${name} ${describe(bounds.get(name)!)}`);
  throw new PlanMistake(
    'constraints',
    `found ${empty.text}, which holds nowhere in this space (${ranges.join(', ')}), wanted ${runCap} distinct arms`,
  );
}

function describe([least, largest]: Bounds): string {
  return least === largest ? `= ${least}` : `from ${least} to ${largest}`;
}

function boundsOf(space: ParameterInput): Bounds {
  if (space.distribution === 'normal') return [-Infinity, Infinity];
  const values = 'min' in space ? [space.min, space.max] : drawable(space);
  return values.every((value) => typeof value === 'number')
    ? [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    : [NaN, NaN];
}

function holdsNowhere({ sides, comparisons }: Constraint, bounds: ReadonlyMap<string, Bounds>): boolean {
  return comparisons.some((comparison, i) => {
    const [least, largest] = difference(sides[i]!, sides[i + 1]!, bounds);
    // `compare` takes nearly equal numbers for equal; so much is left to it
    const slack = 1e-9 * Math.max(Math.abs(least), Math.abs(largest));
    if (comparison === '>') return largest <= 0;
    if (comparison === '<') return least >= 0;
    if (comparison === '>=') return largest < -slack;
    if (comparison === '<=') return least > slack;
    return comparison === '==' && (largest < -slack || least > slack);
  });
}

/** Between which bounds the one side less the other lies. */
function difference(left: Linear, right: Linear, bounds: ReadonlyMap<string, Bounds>): Bounds {
  const coefficients = new Map(left.terms);
  for (const [name, coefficient] of right.terms) coefficients.set(name, (coefficients.get(name) ?? 0) - coefficient);
  const sum: Bounds = [left.constant - right.constant, left.constant - right.constant];
  for (const [name, coefficient] of coefficients) {
    if (coefficient === 0) continue;
    const ends = bounds.get(name)!.map((bound) => coefficient * bound);
    sum[0] += Math.min(...ends);
    sum[1] += Math.max(...ends);
  }
  return sum;
}

/**
 * All points that can be drawn, where there are few; null for a space with a range of real numbers or with more points.
 */
export function finiteSpace(parameters: readonly Parameter[]): GridWalk | null {
  const axes: ParamValue[][] = [];
  let size = 1;
  for (const { space } of parameters) {
    size *= sizeOf(space);
    if (!(size <= MAX_COUNTED)) return null;
    axes.push(drawable(space));
  }
  return new GridWalk(axes);
}

function sizeOf(space: ParameterInput): number {
  if (space.distribution === 'int_uniform') return space.max - space.min + 1;
  if (space.distribution === 'constant' || space.distribution === 'categorical' || space.distribution === 'q_uniform')
    return drawable(space).length;
  return Infinity;
}

/** The values that can be drawn of a space with few. */
function drawable(space: ParameterInput): ParamValue[] {
  if (space.distribution === 'categorical')
    return space.values.filter((_, i) => space.probabilities === undefined || space.probabilities[i]! > 0);
  if (space.distribution === 'int_uniform')
    return Array.from({ length: space.max - space.min + 1 }, (_, i) => space.min + i);
  return gridValues(space);
}
