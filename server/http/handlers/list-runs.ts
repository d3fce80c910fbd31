import * as z from 'zod';
import { listRuns } from '../../store/reading/list-runs.ts';
import type { Page, RunRow } from '../api.ts';
import { knownSweep } from '../known.ts';
import { list, paging, runSortKey, sweepId, text, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { runPage } from '../schemas/run.ts';
import { toRunRow } from '../answers/to-run-row.ts';

const state = z.enum(['waiting', 'running', 'complete', 'failed', 'diverged', 'cancelled']);

export const listRunsRoute = route({
  method: 'get',
  path: '/sweeps/:id/runs',
  summary: 'Runs of a sweep, sorted, filtered, a page of them',
  params: z.strictObject({ id: sweepId }),
  query: z.strictObject({
    ...paging,
    sort: runSortKey.optional(),
    order: z.enum(['asc', 'desc']).default('asc'),
    state: list(state, 6).optional().describe('these states only, with commas between'),
    arm: list(wholeNumber(0, 1e6), 1_000).optional().describe('these arms only (indices), with commas between'),
    seed: list(wholeNumber(0, Number.MAX_SAFE_INTEGER), 1_000)
      .optional()
      .describe('these seeds only, with commas between'),
    q: text(200).optional().describe('text that the name of the arm contains'),
  }),
  body: null,
  answer: { status: 200, shape: runPage },
  async handle({ storage }, { params: { id }, query: { page, size, sort, order, state, arm, seed, q } }) {
    const { items, total } = listRuns(storage, await knownSweep(storage, id), {
      offset: (page - 1) * size,
      limit: size,
      descending: order === 'desc',
      ...(sort === undefined ? {} : { sort }),
      ...(state === undefined ? {} : { states: state }),
      ...(arm === undefined ? {} : { arms: arm }),
      ...(seed === undefined ? {} : { seeds: seed }),
      ...(q === undefined ? {} : { text: q }),
    });
    const body: Page<RunRow> = { items: items.map(toRunRow), total, page, size };
    return { status: 200, body };
  },
});
