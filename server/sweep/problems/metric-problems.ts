import { goalOf, type Metric, METRICS, parseMetric } from '../metrics.ts';
import { type Problem, toFound, toPath } from '../problem.ts';
import { isMetricName, MAX_METRIC_NAME, ownMetricSchema, toOwnMetric } from '../schema/own-metric.ts';
import { isObject } from './written-parameter.ts';

/** Problems of `metric`, which decides, and of `metrics`, which names further ones, beyond their shape. */
export function problemsOfMetrics(metric: unknown, metrics: unknown): Problem[] {
  return [...metricProblems(metric, readOwnMetrics(metrics)), ...ownProblems(metrics)];
}

/** The metrics that a definition names, those alone about which nothing is wrong. */
export function readOwnMetrics(metrics: unknown): Metric[] {
  if (!isObject(metrics)) return [];
  return Object.entries(metrics).flatMap(([name, written]) => {
    const read = ownMetricSchema.safeParse(written);
    return isMetricName(name) && read.success ? [toOwnMetric(name, read.data)] : [];
  });
}

function metricProblems(written: unknown, own: readonly Metric[]): Problem[] {
  if (!isObject(written) || typeof written.name !== 'string' || written.name === '') return [];
  const parsed = parseMetric(written.name, own);
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
  return contradiction('metric.goal', metric, written.goal);
}

function ownProblems(metrics: unknown): Problem[] {
  if (!isObject(metrics)) return [];
  return Object.entries(metrics).flatMap(([name, written]) => {
    const path = toPath(['metrics', name]);
    if (!isMetricName(name))
      return [
        {
          path,
          message:
            `found ${toFound(name)}, wanted the name of a metric such as val/ece: letters, digits and _ . @ -, ` +
            `with slashes between, at most ${MAX_METRIC_NAME} characters`,
        },
      ];
    const known = METRICS.find((metric) => metric.name === name);
    const [own] = readOwnMetrics({ [name]: written });
    return known === undefined || own === undefined ? [] : knownProblems(path, known, own);
  });
}

/** A metric of Cosweep's own may be named where it has no direction yet; what it has is not changed. */
function knownProblems(path: string, known: Metric, own: Metric): Problem[] {
  if (own.unit !== null && own.unit !== known.unit)
    return [{ path, message: `found unit ${toFound(own.unit)}, wanted none: ${known.name} is a metric of Cosweep's` }];
  return contradiction(path, known, goalOf(own));
}

function contradiction(path: string, metric: Metric, goal: unknown): Problem[] {
  if (metric.better === null || (goal !== 'maximize' && goal !== 'minimize') || goal === goalOf(metric)) return [];
  return [
    { path, message: `found "${goal}", wanted "${goalOf(metric)}": ${metric.name} is better when ${metric.better}` },
  ];
}
