import * as z from 'zod';
import { SWEEP_SORT_KEYS } from '../../store/reading/choose-sweeps.ts';
import { listSweeps } from '../../store/reading/list-sweeps.ts';
import { paging, repeated, textUpTo } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { sweepList } from '../schemas/sweep.ts';
import { toSweepItem } from '../answers/list-items.ts';

export const listSweepsRoute = route({
  method: 'get',
  path: '/sweeps',
  summary: 'Sweeps with their progress, newest first unless another order is asked for',
  description: 'Filters narrow together: a sweep is listed where all of them let it pass.',
  params: nothing,
  query: z.strictObject({
    ...paging,
    archived: z.enum(['without', 'with', 'only']).default('without').describe('without archived sweeps, with, or only'),
    q: textUpTo(200).optional().describe('words that its name, id, tags or note contain'),
    tag: repeated(textUpTo(64), 20).optional().describe('tags of which it has every one; the key may be repeated'),
    star: z.enum(['true', 'false']).optional().describe('only those with a star, or only those without'),
    sort: z.enum(SWEEP_SORT_KEYS).default('created').describe('equal ones: the newest first'),
    order: z.enum(['asc', 'desc']).default('desc').describe('asc or desc'),
  }),
  body: null,
  answer: { status: 200, shape: sweepList },
  async handle({ storage }, { query: { page, size, archived, q, tag, star, sort, order } }) {
    const { items, total } = await listSweeps(storage, {
      offset: (page - 1) * size,
      limit: size,
      archived,
      sort,
      ascending: order === 'asc',
      ...(q === undefined ? {} : { text: q }),
      ...(tag === undefined ? {} : { tags: tag.map((each) => each.normalize('NFC')) }),
      ...(star === undefined ? {} : { starred: star === 'true' }),
    });
    return { status: 200, body: { items: items.map(toSweepItem), total, page, size } };
  },
});
