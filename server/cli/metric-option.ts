import { parseMetric, type Metric } from '../sweep/metrics.ts';
import { UserError } from '../sweep/user-error.ts';

/**
 * The sweeps, and the metrics. `--metric` takes one name after the other, and so takes the sweeps too where they stand
 * last: `export --metric val/accuracy s1`.
 *
 * @param given the arguments, where the option has left some
 * @param names what the option has taken
 * @param word the argument's name in the command's usage
 * @throws UserError where no sweep is named
 */
export function apartFromMetrics(
  given: readonly string[],
  names: string[] | undefined,
  word: string,
): { what: string[]; metric: string[] | undefined } {
  const metric = (names ?? []).flatMap((name) => name.split(',')).filter((name) => name !== '');
  const what = given.length > 0 ? [...given] : takeLast(metric);
  if (what.length === 0) throw new UserError(`error: missing required argument '${word}'`);
  return { what, metric: metric.length === 0 ? undefined : metric };
}

/**
 * @param own the metrics that the sweep names itself
 * @param attempted `give the curves of s1`
 * @throws UserError where a name is none of a metric
 */
export function checkMetrics(names: readonly string[], own: readonly Metric[] | undefined, attempted: string): void {
  for (const name of names) {
    const parsed = parseMetric(name, own);
    if ('problem' in parsed) throw new UserError(`Cannot ${attempted}: --metric: ${parsed.problem}`);
  }
}

/** The names at the end that are none of a metric. What metrics a sweep names itself is not known yet. */
function takeLast(names: string[]): string[] {
  const isMetric = (name: string) => 'metric' in parseMetric(name) || /^(train|val|test)\//.test(name);
  return names.splice(names.findLastIndex(isMetric) + 1);
}
