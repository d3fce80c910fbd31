import type { ParamValue } from '../arm.ts';
import type { Definition, NUnit, Parameter } from '../space/definition.ts';
import { makeJudge } from '../problems/judge.ts';
import { makeProgramJudge } from '../problems/program-judge.ts';
import type { Rule } from './point-filter.ts';
import { Stream } from '../random.ts';
import { draw } from '../space/space.ts';

/**
 * After this many draws the search gives up: the constraints leave so little of the space, or the space holds so few
 * arms, that going on would not end.
 */
export const MAX_DRAWS = 1_000_000;

/**
 * An endless sequence of independent draws from the stated distributions; the same for the same `samplerSeed`.
 *
 * @returns puts the values of the next draw in the place of the last, by the position of their parameters
 */
export function drawPoints(parameters: readonly Parameter[], samplerSeed: number): (point: ParamValue[]) => void {
  const stream = new Stream(samplerSeed, 'sampler');
  return (point) => {
    for (let i = 0; i < parameters.length; i++) point[i] = draw(parameters[i]!.space, stream);
  };
}

/**
 * A normal distribution has no bounds: draws that a parameter or setting does not allow are dropped, like draws that
 * break a constraint.
 */
export function boundRules(definition: Definition, unit: NUnit): Rule[] {
  const makeRightJudge = definition.trainer === 'program' ? makeProgramJudge : makeJudge;
  const judge = makeRightJudge({ loss: definition.loss, training: definition.training }, unit);
  return definition.parameters.flatMap(({ name, space }, position) => {
    if (space.distribution !== 'normal') return [];
    const isAllowed = withinInterval(space.mu, (value) => judge(name, value).length === 0);
    const keeps: Rule['keeps'] = (point) => isAllowed(point[position] as number);
    return [{ name: `${name} in its range`, keeps, names: [name], cost: 1 }];
  });
}

/**
 * The same answers with few questions: what a setting allows is an interval, so a value between two allowed ones is
 * allowed, and one beyond a refused one is refused.
 *
 * @param inside a value that is allowed
 */
function withinInterval(inside: number, isAllowed: (value: number) => boolean): (value: number) => boolean {
  let [allowedFrom, allowedTo] = [inside, inside];
  let [refusedTo, refusedFrom] = [-Infinity, Infinity];
  return (value) => {
    if (value >= allowedFrom && value <= allowedTo) return true;
    if (value <= refusedTo || value >= refusedFrom) return false;
    const allowed = isAllowed(value);
    if (allowed) [allowedFrom, allowedTo] = [Math.min(allowedFrom, value), Math.max(allowedTo, value)];
    else if (value < inside) refusedTo = Math.max(refusedTo, value);
    else refusedFrom = Math.min(refusedFrom, value);
    return allowed;
  };
}
