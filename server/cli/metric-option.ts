import { parseMetric } from '../sweep/metrics.ts';
import { UserError } from '../sweep/user-error.ts';

/**
 * The sweep, and the metrics. `--metric` takes one name after the other, and so takes the sweep too where it stands
 * last: `export --metric val/accuracy s1`.
 *
 * @param given the argument, where the option has left one
 * @param names what the option has taken
 * @param word the argument's name in the command's usage
 * @throws UserError where no sweep is named
 */
export function apartFromMetrics(
  given: string | undefined,
  names: string[] | undefined,
  word: string,
): { what: string; metric: string[] | undefined } {
  const metric = (names ?? []).flatMap((name) => name.split(',')).filter((name) => name !== '');
  const what = given ?? takeLast(metric);
  if (what === undefined) throw new UserError(`error: missing required argument '${word}'`);
  return { what, metric: metric.length === 0 ? undefined : metric };
}

/** The last name, where it is none of a metric. */
function takeLast(names: string[]): string | undefined {
  const last = names.at(-1);
  return last === undefined || 'metric' in parseMetric(last) ? undefined : names.pop();
}
