import type { MetricInfo } from '../../server/http/schemas/metric.ts';
import { formatFixed, formatNumber, formatPercent, formatSigned } from './number.ts';

/** The metrics of the sweep or run on the screen, as the API lists them: a page that names one finds its unit here. */
const known = new Map<string, MetricInfo>();

export function learnMetrics(metrics: readonly MetricInfo[]): void {
  for (const metric of metrics) known.set(metric.name, metric);
}

/** `%` for shares from 0 to 1, which are shown in percent; null: plain numbers. */
export function metricUnit(metric: string): string | null {
  const found = known.get(metric);
  if (found !== undefined) return found.unit;
  return /\/accuracy(Linear|Cosine)?$/.test(metric) ? '%' : null;
}

/** Shares, which are shown in percent. */
export function isAccuracy(metric: string): boolean {
  return metricUnit(metric) === '%';
}

export function formatMetric(metric: string, value: number | null | undefined): string {
  return isAccuracy(metric) ? formatPercent(value) : withUnit(metric, formatNumber(value));
}

/** A spread in the metric's unit: percent points of an accuracy. */
export function formatSpread(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return isAccuracy(metric) ? formatFixed(value * 100, 2) : formatNumber(value, 3);
}

export function formatMetricDifference(metric: string, value: number | null | undefined): string {
  return isAccuracy(metric)
    ? formatSigned(value, (size) => `${formatFixed(size * 100, 2)} points`)
    : formatSigned(value, (size) => withUnit(metric, formatNumber(size, 3)));
}

function withUnit(metric: string, text: string): string {
  const unit = metricUnit(metric);
  return unit === null || text === '–' ? text : `${text} ${unit}`;
}

/** `val/intraClassCosine` → `intra-class cosine (validation)`; an unknown metric keeps its name. */
export function metricLabel(metric: string): string {
  const [part, ...rest] = metric.split('/');
  const where = part === undefined ? undefined : PARTS[part];
  const what = NAMES[rest.join('/')];
  return where === undefined || what === undefined ? metric : `${what} (${where})`;
}

/** The term, gradient or measure alone, for charts that say the part elsewhere. */
export function metricShortLabel(metric: string): string {
  return NAMES[metric.split('/').slice(1).join('/')] ?? metric;
}

const PARTS: Record<string, string> = { train: 'training', val: 'validation', test: 'test' };

const NAMES: Record<string, string> = {
  total: 'total loss',
  crossEntropy: 'cross-entropy',
  interClass: 'inter-class term',
  intraClass: 'intra-class term',
  truncated: 'truncated intra-class term',
  beta: 'β in force',
  learningRate: 'learning rate',
  accuracy: 'accuracy',
  accuracyLinear: 'accuracy, linear head',
  accuracyCosine: 'accuracy, cosine head',
  'gradient/crossEntropy': 'cross-entropy gradient',
  'gradient/interClass': 'inter-class gradient',
  'gradient/intraClass': 'intra-class gradient',
  macroF1: 'macro-F1',
  mostConfusedError: 'error of the most confused pair',
  fisherRatio: 'Fisher ratio',
  nc1: 'NC1',
  nc4: 'NC4',
  interClassCosineMax: 'largest inter-class cosine',
  interClassCosineMean: 'mean inter-class cosine',
  intraClassCosine: 'intra-class cosine',
};
