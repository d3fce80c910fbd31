import { formatFixed, formatNumber, formatPercent, formatSigned } from './number.ts';

/** Shares of correct images, which are shown in percent. */
export function isAccuracy(metric: string): boolean {
  return /\/accuracy(Linear|Cosine)?$/.test(metric);
}

export function formatMetric(metric: string, value: number | null | undefined): string {
  return isAccuracy(metric) ? formatPercent(value) : formatNumber(value);
}

/** A spread in the metric's unit: percent points of an accuracy. */
export function formatSpread(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return isAccuracy(metric) ? formatFixed(value * 100, 2) : formatNumber(value, 3);
}

export function formatMetricDifference(metric: string, value: number | null | undefined): string {
  return isAccuracy(metric)
    ? formatSigned(value, (size) => `${formatFixed(size * 100, 2)} points`)
    : formatSigned(value, (size) => formatNumber(size, 3));
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
