import * as z from 'zod';
import { listRuns } from '../../store/reading/list-runs.ts';
import { ownMetrics } from '../../store/reading/own-metrics.ts';
import { knownSweep, refuseUnknownMetrics } from '../known.ts';
import { list, paging, runSortKey, sweepId, textUpTo, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { runState } from '../schemas/fields.ts';
import { runList } from '../schemas/run.ts';
import { readColumns, readFilter, toWantedColumns } from '../answers/run-query.ts';
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
    filter: textUpTo(1_000)
      .optional()
      .describe(
        'a condition in the grammar of constraints, such as `beta >= 0.3 and last(val/accuracy) > 0.97 and tag = "x"`',
      ),
    columns: list(z.string().max(150), 200)
      .optional()
      .describe(
        'the columns that are shown, with commas between: only the metrics among them (`last:METRIC`, `best:METRIC`, ' +
          '`delta:METRIC`) are in the answer; default: last and best of all metrics',
      ),
    q: textUpTo(200).optional().describe('words that the name of the arm contains; `beta` finds β'),
  }),
  body: null,
  answer: { status: 200, shape: runList },
  async handle(
    { storage },
    { params: { id }, query: { page, size, sort, order, state, arm, seed, q, filter, columns } },
  ) {
    const sweep = await knownSweep(storage, id);
    const sorted = /^(?:last|best|delta):(.*)$/.exec(sort ?? '')?.[1];
    if (sorted !== undefined) refuseUnknownMetrics([sorted], ownMetrics(storage, sweep), 'sort');
    const { items, total } = listRuns(storage, sweep, {
      offset: (page - 1) * size,
      limit: size,
      descending: order === 'desc',
      ...(sort === undefined ? {} : { sort }),
      ...(state === undefined ? {} : { states: state }),
      ...(arm === undefined ? {} : { arms: arm }),
      ...(seed === undefined ? {} : { seeds: seed }),
      ...(q === undefined ? {} : { text: q }),
      ...(filter === undefined ? {} : { filter: readFilter(storage, sweep, filter) }),
      ...(columns === undefined ? {} : { columns: toWantedColumns(readColumns(storage, sweep, columns)) }),
    });
    return { status: 200, body: { items: items.map(toRunRow), total, page, size } };
  },
});
