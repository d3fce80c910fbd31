import { type Problem, toFound, toPath } from '../problem.ts';
import { problemsOfMetrics } from './metric-problems.ts';
import { problemsOfName } from './name-problems.ts';
import { MAX_SEEDS } from './size-limits.ts';

type Section = Record<string, unknown>;

/** Problems of the short keys of a definition: name, metric, metrics, method, runCap, samplerSeed, seeds. */
export function problemsOfSearch(raw: Section): Problem[] {
  return [
    ...nameProblems(raw.name),
    ...problemsOfMetrics(raw.metric, raw.metrics),
    ...methodProblems(raw),
    ...seedProblems(raw.seeds),
  ];
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
