import * as z from 'zod';

/** Ids, never names, in paths. */
export const sweepId = z.string().regex(/^s[1-9]\d{0,14}$/, 'want a sweep id such as s3').describe('sweep id, such as s3');
export const runId = z.string().regex(/^r[1-9]\d{0,14}$/, 'want a run id such as r41').describe('run id, such as r41');

/** A whole number in the query, between two bounds. */
export function wholeNumber(min: number, max: number): z.ZodType<number> {
  return z.string().regex(/^\d{1,15}$/, 'want a whole number').transform(Number).pipe(z.number().min(min).max(max));
}

/** Values with commas between, or the key repeated; at least one, at most `max`. */
export function list(element: z.ZodType<string, string>, max: number): z.ZodType<string[]> {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((text) => text.split(',')).filter((text) => text !== ''))
    .pipe(z.array(element).min(1).max(max));
}

export const metricName = z.string().max(100).regex(/^[A-Za-z0-9]+(\/[A-Za-z0-9]+)+$/, 'want a metric name such as val/accuracy').describe('metric name, such as val/accuracy');

/** Asked for by `?page=2&size=50`. */
export const paging = {
  page: wholeNumber(1, 1_000_000).default(1).describe('counts from 1'),
  size: wholeNumber(1, 500).default(50).describe('items of a page, at most 500'),
};
