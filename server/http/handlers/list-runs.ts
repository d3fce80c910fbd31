import * as z from 'zod';
import { listRuns } from '../../store/reading/list-runs.ts';
import { ownMetrics } from '../../store/reading/own-metrics.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { list, metricName, paging, runSortKey, sweepId, textUpTo, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { runState } from '../schemas/fields.ts';
import { runList } from '../schemas/run.ts';
import { toRunRow } from '../answers/list-items.ts';

export const listRunsRoute = route({
  method: 'get',
  path: '/sweeps/:id/runs',
  summary: 'One page of the runs of a sweep, sorted and filtered',
  description: 'Filters narrow together: a run is listed where all of them let it pass.',
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    ...paging,
    sort: runSortKey.optional(),
    order: z.enum(['asc', 'desc']).default('asc').describe('asc or desc; a run without a value is last either way'),
    state: list(runState, 6).optional().describe('these states only, with commas between'),
    arm: list(wholeNumber(0, 1e6), 1_000).optional().describe('these arms only (indices), with commas between'),
    seed: list(wholeNumber(0, Number.MAX_SAFE_INTEGER), 1_000)
      .optional()
      .describe('these seeds only, with commas between'),
    metric: list(metricName, 100).optional().describe('last and best of these metrics only, with commas between'),
    q: textUpTo(200).optional().describe('words that the name of the arm contains; `beta` finds β'),
  }),
  body: null,
  answer: { status: 200, shape: runList },
  async handle({ storage }, { params: { id }, query: { page, size, sort, order, state, arm, seed, metric, q } }) {
    const sweep = await knownSweep(storage, id);
    const sorted = /^(?:last|best):(.*)$/.exec(sort ?? '')?.[1];
    if (sorted !== undefined) refuseUnknownMetrics([sorted], ownMetrics(storage, sweep), 'sort');
    const { items, total } = listRuns(storage, sweep, {
      offset: (page - 1) * size,
      limit: size,
      descending: order === 'desc',
      ...(sort === undefined ? {} : { sort }),
      ...(state === undefined ? {} : { states: state }),
      ...(arm === undefined ? {} : { arms: arm }),
      ...(seed === undefined ? {} : { seeds: seed }),
      ...(metric === undefined ? {} : { metrics: metric }),
      ...(q === undefined ? {} : { text: q }),
    });
    return { status: 200, body: { items: items.map(toRunRow), total, page, size } };
  },
});
