import * as z from 'zod';
import { listSweeps } from '../../store/reading/list-sweeps.ts';
import { paging } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { sweepList } from '../schemas/sweep.ts';
import { toSweepItem } from '../answers/list-items.ts';

export const listSweepsRoute = route({
  method: 'get',
  path: '/sweeps',
  summary: 'Sweeps with their progress, newest first',
  params: nothing,
  query: z.strictObject(paging),
  body: null,
  answer: { status: 200, shape: sweepList },
  async handle({ storage }, { query: { page, size } }) {
    const { items, total } = await listSweeps(storage, { offset: (page - 1) * size, limit: size });
    return { status: 200, body: { items: items.map(toSweepItem), total, page, size } };
  },
});
