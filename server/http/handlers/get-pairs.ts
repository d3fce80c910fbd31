import * as z from 'zod';
import { metricsOfPairs, pairCurves, pairCurvesOfArm } from '../../report/picture/pair-curves.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { metricName, sweepId, wholeNumber } from '../parameters.ts';
import { refuseTooManySums, resultsFor, resultsForArm } from '../results-for.ts';
import { route } from '../route.ts';
import { comparedPairs } from '../schemas/pairs.ts';
import { thinPairs } from '../thin-pairs.ts';

export const getPairsRoute = route({
  method: 'get',
  path: '/sweeps/:id/pairs',
  summary:
    'With and without the intra-class phase: pairs by seed, bands over seeds, and the picture of the differences',
  description:
    'Lines of thousands of points are thinned so that every line keeps its extremes. One answer is ' +
    'computed from a limited number of points. If the truncated term makes the points too many, the strip ' +
    'below the picture goes without it. If they are too many even so, the answer is 413, too-large.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    metric: metricName.optional().describe("default: the sweep's own"),
    at: z
      .enum(['last', 'best'])
      .default('last')
      .describe('the value of a run in `pairs`: its last evaluation or its best; the picture always takes the last'),
    arm: wholeNumber(0, 1_000_000)
      .optional()
      .describe(
        'index of an arm: its pairs alone, its band and that of its control, and no picture; default: all arms',
      ),
  }),
  body: null,
  answer: { status: 200, shape: comparedPairs },
  async handle({ storage }, { params: { id }, query: { metric, at, arm } }) {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const name = metric ?? sweep.metric.name;
    refuseUnknownMetrics([name], sweep.plan.metrics);
    if (arm !== undefined) {
      const found = sweep.armList[arm];
      if (found === undefined) throw new HttpError('not-found', `Cannot find arm ${arm} of ${id}: the sweep has none`);
      const own = resultsForArm(storage, sweep, found, name === 'pairs/worst5' ? [] : [name]);
      return { status: 200, body: thinPairs(pairCurvesOfArm(own, name, at)) };
    }
    refuseTooManySums(sweep, 1);
    // The strip below the picture shows the truncated term of every batch; the picture can do without.
    const results = resultsFor(
      storage,
      sweep,
      metricsOfPairs(name),
      name === 'train/truncated' ? null : 'train/truncated',
    );
    return { status: 200, body: thinPairs(pairCurves(results, name, at)) };
  },
});
