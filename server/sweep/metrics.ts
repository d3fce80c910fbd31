import { toSuggestion } from './suggest.ts';

/** When a metric gets a value. `derived`: computed by the report from several runs, never recorded. */
export type MetricTime = 'batch' | 'batchFromSwitch' | 'evaluation' | 'end' | 'derived';

export interface Metric {
  name: string;
  /** Which direction is better; null where neither is. */
  better: 'higher' | 'lower' | null;
  when: MetricTime;
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
  Object.entries(table).map(([name, better]) => ({ name: `${prefix}/${name}`, better, when: when(name) }));

/** Every metric there is, in the order in which pages list them. */
export const METRICS: readonly Metric[] = [
  ...named('train', TRAINING, (name) => (name === 'truncated' ? 'batchFromSwitch' : 'batch')),
  ...named('val', EVALUATION, () => 'evaluation'),
  ...named('test', EVALUATION, () => 'end'),
  // The mean error over the five pairs of classes that the controls of the *other* seeds confuse most. One run alone
  // does not have it (docs/metrics.md).
  { name: 'pairs/worst5', better: 'lower', when: 'derived' },
];

const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

/** @returns the metric, or a problem: what was found and what is wanted */
export function parseMetric(name: string): { metric: Metric } | { problem: string } {
  const metric = BY_NAME.get(name);
  if (metric) return { metric };
  const names = METRICS.map((known) => known.name);
  const suggestion = toSuggestion(name, names);
  return {
    problem: `found ${JSON.stringify(name)}, wanted the name of a metric${
      suggestion ||
      ` (${METRICS.filter(({ when }) => when === 'evaluation')
        .map((known) => known.name)
        .join(', ')}, …)`
    }`,
  };
}

/**
 * The direction in which a metric is better. A metric that is better in neither gets `maximize`, since tables need some
 * order.
 */
export function goalOf(metric: Metric): 'maximize' | 'minimize' {
  return metric.better === 'lower' ? 'minimize' : 'maximize';
}
