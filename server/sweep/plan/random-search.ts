import type { Assignment } from '../arm.ts';
import type { Definition, Parameter } from '../space/definition.ts';
import { makeJudge } from '../problems/judge.ts';
import type { Rule } from './point-filter.ts';
import { Stream } from '../random.ts';
import { draw } from '../space/space.ts';

/**
 * After this many draws the search gives up: the constraints leave so little of the space, or the space holds so few
 * arms, that going on would not end.
 */
export const MAX_DRAWS = 1_000_000;

/** An endless sequence of independent draws from the stated distributions; the same for the same `samplerSeed`. */
export function* drawPoints(parameters: readonly Parameter[], samplerSeed: number): Generator<Assignment> {
  const stream = new Stream(samplerSeed, 'sampler');
  for (;;) yield Object.fromEntries(parameters.map(({ name, space }) => [name, draw(space, stream)]));
}

/**
 * A normal distribution has no bounds: draws that a parameter or setting does not allow are dropped, like draws that
 * break a constraint.
 */
export function boundRules(definition: Definition): Rule[] {
  const unit = definition.parameters.find(({ name }) => name === 'N')!.unit!;
  const judge = makeJudge({ loss: definition.loss, training: definition.training }, unit);
  return definition.parameters
    .filter(({ space }) => space.distribution === 'normal')
    .map(({ name }) => ({
      name: `${name} in its range`,
      keeps: (point: Assignment) => judge(name, point[name]!).length === 0,
      names: [name],
    }));
}
