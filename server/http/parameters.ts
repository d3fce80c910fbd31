import * as z from 'zod';
import { isLossParameter, isSettingName } from '../sweep/parameter-names.ts';
import { isMetricName } from '../sweep/schema/own-metric.ts';

/** Ids, never names, in paths. */
export const sweepId = z
  .string()
  .regex(/^s[1-9]\d{0,14}$/, 'want a sweep id such as s3')
  .describe('sweep id, such as s3');
export const runId = z
  .string()
  .regex(/^r[1-9]\d{0,14}$/, 'want a run id such as r41')
  .describe('run id, such as r41');

export const stageId = z
  .string()
  .regex(/^g[1-9]\d{0,14}$/, 'want a stage id such as g7')
  .describe('stage id, such as g7');

/** Whether there is such a metric depends on the sweep: `knownMetric` says so. */
export const metricName = z
  .string()
  .refine(isMetricName, 'want the name of a metric such as val/accuracy')
  .describe('metric name, such as val/accuracy');

const RUN_COLUMNS = ['id', 'arm', 'seed', 'state', 'engine', 'seconds', 'startedAt'];
const SORT_KEYS = `${RUN_COLUMNS.join(', ')}, a parameter, last:METRIC, best:METRIC or delta:METRIC`;

/**
 * The keys that the runs of a sweep can be sorted by. An unknown key is refused: it would leave the runs in an order
 * that nobody asked for.
 */
export const runSortKey = z
  .string()
  .max(120)
  .refine((key) => {
    const metric = /^(?:last|best|delta):(.*)$/.exec(key)?.[1];
    if (metric !== undefined) return isMetricName(metric);
    return RUN_COLUMNS.includes(key) || isLossParameter(key) || (isSettingName(key) && /^[\w.]+$/.test(key));
  }, `want ${SORT_KEYS}`)
  .describe(`${SORT_KEYS}; default: the order of training; a run without a value is last either way`);

/** Asked for by `?page=2&size=50`. */
export const paging = {
  page: wholeNumber(1, 1_000_000).default(1).describe('counts from 1'),
  size: wholeNumber(1, 500).default(50).describe('items of a page, at most 500'),
};

/** A whole number in the query, between two bounds. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,16}$/, 'want a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** From which byte a log is read. */
export const logFrom = wholeNumber(0, Number.MAX_SAFE_INTEGER)
  .default(0)
  .describe('the first byte that is wanted: 0, or `next` of the answer before');

/** A number in the query. */
export const decimal: z.ZodType<number, string> = z
  .string()
  .max(40)
  .transform((written) => (written.trim() === '' ? NaN : Number(written)))
  .pipe(z.number());

/** Text in the query, not empty. */
export function textUpTo(longest: number): z.ZodString {
  return z.string().min(1).max(longest);
}

/** Values with commas between, or the key repeated; at least one, at most `max`. */
export function list<T>(element: z.ZodType<T, string>, max: number): z.ZodType<T[], string | string[]> {
  return z
    .union([z.string(), z.array(z.string())], 'want one, or several with commas between')
    .transform((given) =>
      [given]
        .flat()
        .flatMap((written) => written.split(','))
        .filter((written) => written !== ''),
    )
    .pipe(z.array(element).min(1).max(max));
}

/** A key given once or several times, whose values may hold commas. */
export function repeated(element: z.ZodType<string, string>, max: number): z.ZodType<string[], string | string[]> {
  return z
    .union([z.string(), z.array(z.string())], 'want one or several')
    .transform((given) => [given].flat())
    .pipe(z.array(element).min(1).max(max));
}
