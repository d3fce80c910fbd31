import { toSuggestion } from './suggest.ts';

/** When a metric gets a value. `derived`: computed by the report from several runs, never recorded. */
export type MetricTime = 'batch' | 'batchFromSwitch' | 'evaluation' | 'end' | 'derived';

export interface Metric {
  name: string;
  /** Which direction is better; null where neither is. */
  better: 'higher' | 'lower' | null;
  when: MetricTime;
  /** Behind its values. `%`: a share from 0 to 1, which is shown in percent. null: a plain number. */
  unit: string | null;
}

type Better = Metric['better'];

const TRAINING: Record<string, Better> = {
  total: 'lower',
  crossEntropy: 'lower',
  interClass: 'lower',
  intraClass: 'lower',
  truncated: 'lower',
  beta: null,
  learningRate: null,
  accuracy: 'higher',
  'gradient/crossEntropy': null,
  'gradient/interClass': null,
  'gradient/intraClass': null,
};

const EVALUATION: Record<string, Better> = {
  accuracy: 'higher',
  accuracyLinear: 'higher',
  accuracyCosine: 'higher',
  macroF1: 'higher',
  crossEntropy: 'lower',
  mostConfusedError: 'lower',
  fisherRatio: 'lower',
  nc1: 'lower',
  nc4: 'lower',
  interClassCosineMax: 'lower',
  interClassCosineMean: 'lower',
  intraClassCosine: 'higher',
};

const named = (prefix: string, table: Record<string, Better>, when: (name: string) => MetricTime): Metric[] =>
  Object.entries(table).map(([name, better]) => ({
    name: `${prefix}/${name}`,
    better,
    when: when(name),
    unit: /^accuracy(Linear|Cosine)?$/.test(name) ? '%' : null,
  }));

/** Every metric that Cosweep records or computes itself, in the order in which pages list them. */
export const METRICS: readonly Metric[] = [
  ...named('train', TRAINING, (name) => (name === 'truncated' ? 'batchFromSwitch' : 'batch')),
  ...named('val', EVALUATION, () => 'evaluation'),
  ...named('test', EVALUATION, () => 'end'),
  // The mean error over the five pairs of classes that the controls of the *other* seeds confuse most. One run alone
  // does not have it (docs/metrics.md).
  { name: 'pairs/worst5', better: 'lower', when: 'derived', unit: null },
];

const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

/**
 * @param own the metrics that a sweep names itself
 * @returns the metric, or a problem: what was found and what is wanted
 */
export function parseMetric(name: string, own: readonly Metric[] = []): { metric: Metric } | { problem: string } {
  const metric = findMetric(name, own);
  if (metric) return { metric };
  const suggestion = toSuggestion(
    name,
    [...METRICS, ...own].map((known) => known.name),
  );
  return {
    problem: `found ${JSON.stringify(name)}, wanted the name of a metric${
      suggestion ||
      ` (${METRICS.filter(({ when }) => when === 'evaluation')
        .map((known) => known.name)
        .join(', ')}, …)`
    }`,
  };
}

/** A metric that is named for the validation part is one of the test part too. */
export function findMetric(name: string, own: readonly Metric[]): Metric | undefined {
  const named = own.find((each) => each.name === name) ?? BY_NAME.get(name);
  if (named !== undefined || !name.startsWith('test/')) return named;
  const twin = own.find((each) => each.name === name.replace('test/', 'val/'));
  return twin && { ...twin, name, when: 'end' };
}

/**
 * The direction in which a metric is better. A metric that is better in neither gets `maximize`, since tables need some
 * order.
 */
export function goalOf(metric: Metric): 'maximize' | 'minimize' {
  return metric.better === 'lower' ? 'minimize' : 'maximize';
}

/** The metrics of a sweep by name: those that Cosweep knows first, in their order, then the sweep's own in theirs. */
export function listMetrics(names: readonly string[], own: readonly Metric[]): Metric[] {
  const wanted = new Set([...names, ...own.map(({ name }) => name)]);
  const builtIn = METRICS.filter(({ name }) => wanted.has(name)).map(
    (metric) => own.find(({ name }) => name === metric.name) ?? metric,
  );
  const listed = new Set(builtIn.map(({ name }) => name));
  return [...builtIn, ...own.filter(({ name }) => !listed.has(name))];
}
