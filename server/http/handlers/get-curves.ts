import * as z from 'zod';
import { lastBatch } from '../../store/reading/last-batch.ts';
import { parseRunId } from '../../store/database/ids.ts';
import { ownMetricsOfRuns } from '../../store/reading/own-metrics.ts';
import { HttpError } from '../http-error.ts';
import { knownPaths, refuseUnknownMetrics } from '../known.ts';
import { list, metricName, runId, wholeNumber } from '../parameters.ts';
import { reducedReader } from '../reduced-reader.ts';
import { nothing, route } from '../route.ts';
import { curvesResponse, type CurveItem } from '../schemas/curves.ts';

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
    'column of batches, exact; all points where they fit',
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
    refuseUnknownMetrics(
      metric,
      ownMetricsOfRuns(
        storage,
        runs.map((run) => parseRunId(run)!),
      ),
    );
    const range = { from, to: to ?? Math.max(from, lastBatch(storage, paths.values(), metric) ?? from) };
    const readers = metric.map((name) => ({ name, read: reducedReader(storage, name, range, width) }));
    const curves: CurveItem[] = [];
    let points = 0;
    for (const run of runs) {
      for (const { name, read } of readers) {
        const curve = read(paths.get(run)!);
        curves.push({ run, metric: name, ...curve });
        points += curve.points;
        if (points > MOST_POINTS) {
          throw new HttpError(
            'too-large',
            `Cannot read these curves at once: they have more than ${MOST_POINTS} points; ask for fewer ` +
              'runs, or for a stretch with from and to',
          );
        }
      }
    }
    return { status: 200, body: { ...range, width, curves } };
  },
});
