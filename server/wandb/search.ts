import { printedMetric } from '../sweep/printed-metric.ts';
import { type Findings, isObject } from './findings.ts';
import type { Parameter } from './parameters.ts';
import { plain, shown } from './values.ts';

/** How points are chosen, and how many. */
export function readMethod(raw: Record<string, unknown>, findings: Findings): object {
  const { method, run_cap: cap } = raw;
  const runCap = cap === undefined ? {} : { runCap: plain(cap) };
  if (method === 'grid') {
    if (cap !== undefined)
      findings.add(['run_cap'], `found ${shown(cap)}, wanted none in a grid, which is trained whole`);
    return { method };
  }
  if (method !== 'random')
    findings.add(
      ['method'],
      `found ${shown(method)}, wanted grid or random: all arms are planned before anything trains`,
    );
  else if (cap === undefined)
    findings.add(['run_cap'], 'found nothing, wanted how many arms the random search draws: it has to end');
  return { method, ...runCap };
}

/** The metric in the words of a definition, by which the script's line is read too. */
export function readMetric(written: unknown, { names = {} }: Record<string, unknown>, findings: Findings): object {
  const name = isObject(written) ? written['name'] : undefined;
  if (!isObject(written) || typeof name !== 'string' || name === '') {
    findings.add(['metric'], `found ${shown(written)}, wanted name and goal of what the script prints`);
    return {};
  }
  // A goal that is misspelt would be the usual one.
  findings.addUnknown(['metric'], written, ['name', 'goal', 'target']);
  const goal = written['goal'] ?? 'minimize';
  if (written['target'] !== undefined)
    findings.add(['metric', 'target'], `found ${shown(written['target'])}, wanted none: a sweep is trained whole`);
  const metric = printedMetric(name, isObject(names) ? (names as Record<string, string>) : {});
  return { metric: { name: metric, goal }, metrics: { [metric]: goal } };
}

/** W&B's scripts often sweep the seed. Here it makes pairs, so it is no parameter. */
export function readSeeds(seed: Parameter | undefined, own: Record<string, unknown>, findings: Findings): object {
  if (seed === undefined) return {};
  if (own['seeds'] !== undefined)
    findings.add(['cosweep', 'seeds'], 'found seeds beside the parameter seed, wanted one of them');
  if (seed.values === null)
    findings.add(['parameters', 'seed'], 'found a range, wanted a list of seeds: each arm is trained with all of them');
  return { seeds: seed.values };
}
