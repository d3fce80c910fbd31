import * as z from 'zod';
import { armCurves } from '../../report/curves/arm-curves.ts';
import { viewMetric } from '../../report/table/metric-view.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { knownSweep } from '../known.ts';
import { decimal, list, metricName, sweepId, wholeNumber } from '../parameters.ts';
import { resultsFor } from '../results-for.ts';
import { route } from '../route.ts';
import { armCurvesAnswer } from '../schemas/arm-curves.ts';
import { thinArmCurves } from '../thin-pairs.ts';

/** As many as colours can tell apart. */
const MOST_ARMS = 8;

export const getArmCurvesRoute = route({
  method: 'get',
  path: '/sweeps/:id/curves',
  summary: 'Curves of chosen arms with and without the phase: mean and band over seeds, and their difference',
  description:
    'Smoothing is a moving average over every recorded point. Lines of thousands of points are thinned afterwards, ' +
    'so that every line keeps its extremes.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    arms: list(wholeNumber(0, 1_000_000), MOST_ARMS).describe(`indices of arms, at most ${MOST_ARMS}`),
    metric: metricName.optional().describe("default: the sweep's own"),
    band: z
      .enum(['sd', 'se', 'interval', 'range', 'seeds'])
      .default('sd')
      .describe('sd and se around the mean, its 95 % interval, from lowest to highest; seeds: every seed as a line'),
    x: z
      .enum(['batch', 'epoch', 'seconds', 'switch'])
      .default('batch')
      .describe('seconds: by the mean rate of the arm’s runs; switch: batches since the phase began'),
    smoothing: decimal.optional().describe('share of the points that the moving average takes, 0 to 0.5; default 0'),
  }),
  body: null,
  answer: { status: 200, shape: armCurvesAnswer },
  async handle({ storage }, { params: { id }, query: { arms, metric, band, x, smoothing = 0 } }) {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const name = metric ?? sweep.metric.name;
    const results = resultsFor(storage, sweep, [name]);
    viewMetric(results, name, `draw the curves of sweep "${sweep.name}"`);
    const share = Math.min(0.5, Math.max(0, smoothing));
    const curves = armCurves(results, { metric: name, arms: [...new Set(arms)], band, x, smoothing: share });
    return { status: 200, body: thinArmCurves(curves) };
  },
});
