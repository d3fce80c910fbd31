import * as z from 'zod';
import { curveReader } from '../../store/reading/read-curve.ts';
import type { Curve } from '../../sweep/results.ts';
import { decimate } from '../decimate.ts';
import { HttpError } from '../http-error.ts';
import { knownPaths } from '../known.ts';
import { list, metricName, runId, wholeNumber } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { curvesResponse } from '../schemas/curves.ts';

/**
 * Limits over all curves of one answer: how many columns may leave (a column is at most four points), and how many
 * points may be read for them.
 */
const MOST_COLUMNS = 4_000_000;
const MOST_POINTS = 5_000_000;

const batch = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export const getCurvesRoute = route({
  method: 'get',
  path: '/curves',
  summary:
    'Curves of runs, reduced to what a screen can show: first, lowest, highest and last point of each ' +
    'pixel column, exact; all points where they fit',
  description:
    `Runs × metrics × width may be ${MOST_COLUMNS.toLocaleString('en')} at most, and the curves may have ` +
    `${MOST_POINTS.toLocaleString('en')} points in the range; beyond that the answer is 413, too-large.`,
  answeredBy: 'heavy',
  params: nothing,
  query: z.strictObject({
    runs: list(runId, 1_000).describe('run ids, with commas between'),
    metric: list(metricName, 20).describe('metric names, with commas between'),
    from: batch.default(0).describe('first batch, included'),
    to: batch.optional().describe('last batch, included; default: the last that is recorded'),
    width: wholeNumber(1, 4_000).default(800).describe('pixel columns that the range is drawn on, at most 4000'),
  }),
  body: null,
  answer: { status: 200, shape: curvesResponse },
  handle({ storage }, { query: { runs, metric, from, to, width } }) {
    const columns = runs.length * metric.length * width;
    if (columns > MOST_COLUMNS) {
      throw new HttpError(
        'too-large',
        `Cannot give ${runs.length} runs × ${metric.length} metrics × ${width} columns: ${columns} is ` +
          `more than ${MOST_COLUMNS}; ask for fewer at once`,
      );
    }
    const paths = knownPaths(storage, runs);
    const readers = metric.map((name) => ({
      name,
      read: curveReader(storage, name, { from, ...(to === undefined ? {} : { to }) }),
    }));
    const curves: { run: string; metric: string; curve: Curve }[] = [];
    let points = 0;
    for (const run of runs) {
      for (const { name, read } of readers) {
        const curve = read(paths.get(run)!);
        curves.push({ run, metric: name, curve });
        points += curve.batches.length;
        if (points > MOST_POINTS) {
          throw new HttpError(
            'too-large',
            `Cannot read these curves at once: they have more than ${MOST_POINTS} points; ask for fewer ` +
              'runs, or for a stretch with from and to',
          );
        }
      }
    }
    const last = to ?? curves.reduce((latest, { curve }) => Math.max(latest, curve.batches.at(-1) ?? 0), from);
    const body = {
      from,
      to: last,
      width,
      curves: curves.map(({ curve, ...which }) => ({ ...which, ...decimate(curve, from, last, width) })),
    };
    return { status: 200, body };
  },
});
