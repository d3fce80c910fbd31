import type { ParamValue } from '../arm.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import type { Stream } from '../random.ts';

/** What a person would have typed: 0.3 instead of 0.1 + 2 · 0.1 = 0.30000000000000004. */
const clean = (value: number) => Number(value.toPrecision(12));

/** True for a space that is not a list of values. */
export function isRange(space: ParameterInput): boolean {
  return space.distribution !== 'constant' && space.distribution !== 'categorical';
}

/** The values of a parameter in a grid, in order. Only for spaces that `problemsOfSpace` has passed. */
export function gridValues(space: ParameterInput): ParamValue[] {
  switch (space.distribution) {
    case 'constant':
      return [space.value];
    case 'categorical':
      return space.values;
    case 'uniform':
      return space.count !== undefined
        ? spread(space.min, space.max, space.count)
        : steps(space.min, space.max, space.step!);
    case 'int_uniform':
      return space.count !== undefined
        ? spread(space.min, space.max, space.count).map((value) => Math.floor(value + 0.5))
        : steps(space.min, space.max, space.step!);
    case 'log_uniform_values':
      return geometric(space.min, space.max, space.count!);
    case 'q_uniform':
      return steps(space.min, space.max, space.q);
    case 'normal':
      throw new Error('a normal distribution has no grid');
  }
}

/** How many values `gridValues` gives; of a range that a random search draws from, none. */
export function countValues(space: ParameterInput, method: unknown): number {
  if (space.distribution === 'constant') return 1;
  if (space.distribution === 'categorical') return space.values.length;
  if (method !== 'grid' || space.distribution === 'normal') return 0;
  if ('count' in space && space.count !== undefined) return space.count;
  const step = space.distribution === 'q_uniform' ? space.q : (space as { step: number }).step;
  return stepCount(space.min, space.max, step) + 1;
}

/** `count` values from min to max, both included, at equal distances. */
function spread(min: number, max: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? max : clean(min + ((max - min) * i) / (count - 1)),
  );
}

/** `count` values from min to max, both included, at equal ratios. */
function geometric(min: number, max: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? min : i === count - 1 ? max : clean(min * (max / min) ** (i / (count - 1))),
  );
}

/** min, min + step, … max; max is reached, as `problemsOfSpace` has made sure. */
function steps(min: number, max: number, step: number): number[] {
  return spread(min, max, stepCount(min, max, step) + 1);
}

/** Steps from min to max: a whole number where max is reached. */
export function stepCount(min: number, max: number, step: number): number {
  return clean((max - min) / step);
}

/** One random value. Both bounds can be drawn. */
export function draw(space: ParameterInput, stream: Stream): ParamValue {
  switch (space.distribution) {
    case 'constant':
      return space.value;
    case 'categorical':
      return space.values[
        space.probabilities === undefined ? stream.below(space.values.length) : drawIndex(space.probabilities, stream)
      ]!;
    case 'uniform':
      return Math.min(space.max, space.min + (space.max - space.min) * stream.uniform());
    case 'int_uniform':
      return space.min + Math.floor((space.max - space.min + 1) * stream.uniform());
    case 'log_uniform_values':
      return Math.min(
        space.max,
        Math.max(space.min, space.min * Math.exp(Math.log(space.max / space.min) * stream.uniform())),
      );
    case 'q_uniform':
      return clean(space.min + space.q * stream.below(stepCount(space.min, space.max, space.q) + 1));
    case 'normal':
      return space.mu + space.sigma * stream.normal();
  }
}

/** Sums of the first probabilities, made once for each parameter: a search draws up to a million times. */
const runningSums = new WeakMap<readonly number[], Float64Array>();

function drawIndex(probabilities: readonly number[], stream: Stream): number {
  const sums = runningSums.get(probabilities) ?? addUp(probabilities);
  runningSums.set(probabilities, sums);
  const drawn = stream.uniform() * sums.at(-1)!;
  let [low, high] = [0, sums.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > drawn) high = middle;
    else low = middle + 1;
  }
  // rounding can reach the sum of all: the last value that can be drawn takes that
  return low < sums.length ? low : probabilities.findLastIndex((p) => p > 0);
}

function addUp(probabilities: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(probabilities, (p) => (sum += p));
}
