import type { RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { formatMetric, formatMetricDifference, metricLabel } from '../format/metric.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { formatDuration } from '../format/time.ts';

/** A column of the runs table. Its key is what the API sorts by. */
export interface RunColumn {
  key: string;
  label: string;
  /** Said on hover. */
  title: string;
  number: boolean;
  text: (row: RunRow) => string;
}

/** All columns that the table of a sweep can have, in the order in which it shows them. */
export function runColumns(sweep: Pick<SweepDetail, 'varying' | 'metrics' | 'armList'>): RunColumn[] {
  const keys = Object.keys(sweep.armList[0]?.params ?? {});
  return [
    { key: 'arm', label: 'Arm', title: 'Arm', number: false, text: ({ armName }) => armName },
    { key: 'seed', label: 'Seed', title: 'Seed', number: true, text: ({ seed }) => String(seed) },
    { key: 'state', label: 'State', title: 'State', number: false, text: ({ state }) => state },
    ...keys.map((key): RunColumn => ({
      key,
      label: parameterLabel(key),
      title: key,
      number: true,
      text: ({ params }) => formatParameter(params[key]),
    })),
    ...sweep.metrics.flatMap((metric): RunColumn[] => [
      {
        key: `last:${metric}`,
        label: `${metricLabel(metric)}, last`,
        title: `${metric} at the last batch`,
        number: true,
        text: ({ metrics }) => formatMetric(metric, metrics[metric]?.last),
      },
      {
        key: `best:${metric}`,
        label: `${metricLabel(metric)}, best`,
        title: `best ${metric} of the run`,
        number: true,
        text: ({ metrics }) => formatMetric(metric, metrics[metric]?.best),
      },
      {
        key: `delta:${metric}`,
        label: `Δ ${metricLabel(metric)}`,
        title: `last ${metric} minus that of the control with the same seed`,
        number: true,
        text: ({ deltas }) => formatMetricDifference(metric, deltas[metric]),
      },
    ]),
    { key: 'engine', label: 'Engine', title: 'Engine', number: false, text: ({ engine }) => engine ?? '–' },
    {
      key: 'seconds',
      label: 'Time',
      title: 'Time that training took',
      number: true,
      text: ({ seconds }) => formatDuration(seconds),
    },
    {
      key: 'error',
      label: 'Error',
      title: 'Why it failed or diverged',
      number: false,
      text: ({ error }) => error ?? '',
    },
  ];
}

/**
 * What the table shows until the reader chooses: the difference and the metric first, so that a phone has them in
 * sight, then what identifies a run, and what varies.
 */
export function defaultColumns(sweep: Pick<SweepDetail, 'varying'>, metric: string): string[] {
  return [`delta:${metric}`, `last:${metric}`, 'arm', 'seed', 'state', ...sweep.varying, 'seconds'];
}

/** The API sorts by every column but the text of errors. */
export function isSortable(key: string): boolean {
  return key !== 'error';
}
