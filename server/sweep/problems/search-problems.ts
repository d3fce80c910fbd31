import { goalOf, parseMetric } from '../metrics.ts';
import { type Problem, toFound, toPath } from '../problem.ts';
import { problemsOfName } from './name-problems.ts';
import { MAX_SEEDS } from './size-limits.ts';
import { isObject } from './written-parameter.ts';

type Section = Record<string, unknown>;

/** Problems of the short keys of a definition: name, metric, method, runCap, samplerSeed, seeds. */
export function problemsOfSearch(raw: Section): Problem[] {
  return [...nameProblems(raw.name), ...metricProblems(raw.metric), ...methodProblems(raw), ...seedProblems(raw.seeds)];
}

/** A sweep is addressed by its id, by its name or as `latest`, so a name must not look like an id or be `latest`. */
function nameProblems(name: unknown): Problem[] {
  if (typeof name !== 'string' || name === '') return [];
  if (/^([sr]\d+|latest)$/.test(name))
    return [
      {
        path: 'name',
        message: `found ${toFound(name)}, wanted a name that cannot be taken for an id (s1, r1) or for "latest"`,
      },
    ];
  return problemsOfName(name, 'name');
}

function metricProblems(written: unknown): Problem[] {
  if (!isObject(written) || typeof written.name !== 'string' || written.name === '') return [];
  const parsed = parseMetric(written.name);
  if ('problem' in parsed) return [{ path: 'metric.name', message: parsed.problem }];
  const { metric } = parsed;
  if (metric.when === 'derived')
    return [
      {
        path: 'metric.name',
        message:
          `found "${metric.name}", wanted a metric that a single run has: ` +
          'this one needs other runs (tables show it)',
      },
    ];
  if (metric.when === 'end')
    return [
      {
        path: 'metric.name',
        message:
          `found "${metric.name}", wanted "${metric.name.replace('test/', 'val/')}": ` +
          'the test part chooses nothing (tables show it with --metric)',
      },
    ];
  const contradicts =
    metric.better !== null &&
    (written.goal === 'maximize' || written.goal === 'minimize') &&
    written.goal !== goalOf(metric);
  return contradicts
    ? [
        {
          path: 'metric.goal',
          message:
            `found "${String(written.goal)}", wanted "${goalOf(metric)}": ` +
            `${metric.name} is better when ${metric.better}`,
        },
      ]
    : [];
}

function methodProblems({ method, runCap, run_cap: snakeCap, samplerSeed }: Section): Problem[] {
  const problems: Problem[] = [];
  if (runCap !== undefined && snakeCap !== undefined)
    problems.push({ path: 'run_cap', message: 'found run_cap beside runCap, wanted one of them: they are the same' });
  if (method === 'random' && runCap === undefined && snakeCap === undefined) {
    problems.push({
      path: 'runCap',
      message: 'found nothing, wanted how many distinct arms the random search draws, a whole number ≥ 1',
    });
  }
  if (method === 'grid') {
    const random = { runCap, run_cap: snakeCap, samplerSeed };
    for (const [key, value] of Object.entries(random)) {
      if (value !== undefined)
        problems.push({
          path: key,
          message:
            `found ${toFound(value)}, wanted no ${key} in a grid, ` +
            'which takes every point ("method": "random" draws)',
        });
    }
  }
  return problems;
}

function seedProblems(seeds: unknown): Problem[] {
  if (typeof seeds === 'number' && seeds > MAX_SEEDS)
    return [{ path: 'seeds', message: `found ${seeds}, wanted at most ${MAX_SEEDS}` }];
  if (!Array.isArray(seeds)) return [];
  const seen = new Set<unknown>();
  return seeds.flatMap((seed: unknown, i) => {
    if (!seen.has(seed)) {
      seen.add(seed);
      return [];
    }
    return [{ path: toPath(['seeds', i]), message: `found ${toFound(seed)} twice, wanted seeds without repeats` }];
  });
}
