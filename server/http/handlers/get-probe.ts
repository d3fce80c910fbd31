import * as z from 'zod';
import { TRUNK_METRICS } from '../../report/curves/trunks.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import type { Arm } from '../../sweep/arm.ts';
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
    refuseTooLarge(id, armList, plan.seeds.length);
    return { status: 200, body: probeOf(storage, sweep) };
  },
});

/** Refuses a probe whose answer would be computed from too much. */
export function refuseTooLarge(id: string, arms: readonly Arm[], seeds: number): void {
  const trunks = groupByTrunk(arms).map((group) => ({
    batches: group[0]!.training.batches,
    switches: new Set(group.map(({ N }) => N)).size,
  }));
  const points = trunks.reduce((sum, { batches }) => sum + batches, 0) * seeds * TRUNK_METRICS.length;
  const values = trunks.reduce((sum, { batches, switches }) => sum + batches * switches, 0) * seeds;
  const found =
    points > MOST_POINTS
      ? `${points} points, more than ${MOST_POINTS}`
      : values > MOST_VALUES
        ? `${values} values of L2 over all switch batches, more than ${MOST_VALUES}`
        : null;
  if (found !== null)
    throw new HttpError('too-large', `Cannot look at the trunks of ${id}: about ${found}; cosweep probe can`);
}
