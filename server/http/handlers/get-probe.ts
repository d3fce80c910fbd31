import * as z from 'zod';
import { TRUNK_METRICS } from '../../report/curves/trunks.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { groupByTrunk } from '../../sweep/stage-tree.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { probeOf } from '../answers/probe-of.ts';
import { MOST_POINTS } from '../results-for.ts';
import { nothing, route } from '../route.ts';
import { probeReport } from '../schemas/probe.ts';

/** How many values of L2 may be looked at: those of a trunk for each switch batch, on every seed. */
const MOST_VALUES = 100_000_000;

export const getProbeRoute = route({
  method: 'get',
  path: '/sweeps/:id/probe',
  summary:
    "What the trunks trained so far say: L2's quantiles at every N, the gradient ratio of every β, and the " +
    'arms that would be dead or the same',
  description:
    'The same as `cosweep probe --json`. If the trunks have more points than one answer may be computed ' +
    'from, the answer is 413, too-large.',
  answeredBy: 'heavy',
  isKept: true,
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: probeReport },
  async handle({ storage }, { params: { id } }) {
    const sweep = await knownSweep(storage, id);
    const { armList, plan } = (await readSweep(storage, sweep))!;
    const trunks = groupByTrunk(armList);
    const batches = trunks.reduce((sum, [first]) => sum + first!.training.batches, 0);
    const points = batches * plan.seeds.length * TRUNK_METRICS.length;
    if (points > MOST_POINTS)
      throw new HttpError(
        'too-large',
        `Cannot look at the trunks of ${id}: about ${points} points, more than ${MOST_POINTS}; cosweep probe can`,
      );
    const switches = trunks.reduce(
      (sum, arms) => sum + new Set(arms.map(({ N }) => N)).size * arms[0]!.training.batches,
      0,
    );
    const values = switches * plan.seeds.length;
    if (values > MOST_VALUES)
      throw new HttpError(
        'too-large',
        `Cannot look at the trunks of ${id}: about ${values.toLocaleString('en')} values of L2 over all switch ` +
          `batches, more than ${MOST_VALUES.toLocaleString('en')}; cosweep probe can`,
      );
    return { status: 200, body: probeOf(storage, sweep) };
  },
});
