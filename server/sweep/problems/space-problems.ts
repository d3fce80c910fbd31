import type { ParameterInput } from '../schema/parameter-schema.ts';
import { type Problem, toFound, toPath } from '../problem.ts';
import { isRange, stepCount } from '../space/space.ts';

/** More values than any plan can hold; keeps a tiny step from filling the memory before the plan is counted. */
const MAX_VALUES = 100_000;

/** What is wrong with a parameter's space as such, whatever its name. */
export function problemsOfSpace(space: ParameterInput, method: unknown, root: readonly PropertyKey[]): Problem[] {
  const problems: Problem[] = [];
  const report = (key: string | null, message: string) =>
    problems.push({ path: toPath(key === null ? root : [...root, key]), message });
  if ('min' in space && !(space.min <= space.max))
    report('max', `found ${space.max}, wanted a number ≥ min, which is ${space.min}`);
  if (space.distribution === 'categorical' && space.probabilities !== undefined)
    reportProbabilities(space.probabilities, space.values.length, method, report);
  if (space.distribution === 'q_uniform') reportStep('q', space, space.q, report);
  if (method === 'grid' && isRange(space)) reportGrid(space, report);
  if (method === 'random') {
    for (const key of ['count', 'step'] as const) {
      if (key in space)
        report(
          key,
          `found ${toFound((space as Record<string, unknown>)[key])}, wanted no ${key}: ` +
            'a random search draws from the whole range',
        );
    }
  }
  return problems;
}

type Report = (key: string | null, message: string) => void;

function reportProbabilities(probabilities: readonly number[], values: number, method: unknown, report: Report): void {
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (probabilities.length !== values)
    report('probabilities', `found ${probabilities.length} probabilities, wanted one for each of the ${values} values`);
  else if (!(Math.abs(sum - 1) <= 1e-6))
    report('probabilities', `found a sum of ${Number(sum.toPrecision(6))}, wanted 1`);
  if (method === 'grid') report('probabilities', 'found probabilities, wanted none: a grid takes every value');
}

function reportGrid(space: ParameterInput, report: Report): void {
  if (space.distribution === 'normal')
    return report(
      'distribution',
      'found "normal", wanted values or a range with bounds: a grid over a normal distribution is not defined',
    );
  if (space.distribution === 'q_uniform') return;
  const count = 'count' in space ? space.count : undefined;
  const step = 'step' in space ? space.step : undefined;
  const either = space.distribution === 'log_uniform_values' ? 'count' : 'count or step';
  if (count === undefined && step === undefined)
    return report(null, `found a range without ${either}, wanted ${either}: a grid takes single values`);
  if (count !== undefined && step !== undefined) return report('step', 'found both count and step, wanted one of them');
  if (step !== undefined && 'min' in space) return reportStep('step', space, step, report);
  if (count! > MAX_VALUES) return report('count', `found ${count}, wanted at most ${MAX_VALUES} values`);
  if (space.distribution === 'int_uniform' && count! > space.max - space.min + 1) {
    report(
      'count',
      `found ${count}, wanted at most ${space.max - space.min + 1}, ` +
        `the whole numbers from ${space.min} to ${space.max}`,
    );
  } else if ('min' in space && space.min === space.max) {
    report('count', `found ${count} values between ${space.min} and ${space.max}, wanted different bounds, or "value"`);
  }
}

/** Both bounds belong to the space, so steps from one must land on the other. */
function reportStep(key: 'q' | 'step', { min, max }: { min: number; max: number }, step: number, report: Report): void {
  const count = stepCount(min, max, step);
  if (!(count >= 0)) return;
  if (count > MAX_VALUES)
    return report(key, `found ${step}, which makes ${Math.floor(count) + 1} values, wanted at most ${MAX_VALUES}`);
  if (Number.isInteger(count)) return;
  const second = Number((min + step).toPrecision(12));
  report(
    key,
    `found ${step}, wanted a number that leads from min = ${min} to max = ${max} in whole steps ` +
      `(${min}, ${second}, … misses ${max})`,
  );
}
