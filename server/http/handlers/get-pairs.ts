import * as z from 'zod';
import { metricsOfPairs, pairCurves } from '../../report/picture/pair-curves.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { metricName, sweepId } from '../parameters.ts';
import { refuseTooManySums, resultsFor } from '../results-for.ts';
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
  }),
  body: null,
  answer: { status: 200, shape: comparedPairs },
  async handle({ storage }, { params: { id }, query: { metric, at } }) {
    const sweep = (await readSweep(storage, await knownSweep(storage, id)))!;
    const name = metric ?? sweep.metric.name;
    refuseUnknownMetrics([name], sweep.plan.metrics);
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
