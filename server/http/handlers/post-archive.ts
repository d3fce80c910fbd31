import * as z from 'zod';
import { archiveSweep } from '../../store/sweeps/archive-sweep.ts';
import { toStartResponse } from '../answers/start-response.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { archiveRequest } from '../schemas/mark.ts';
import { startResponse } from '../schemas/start.ts';

export const postArchiveRoute = route({
  method: 'post',
  path: '/sweeps/:id/archive',
  summary: 'Archives a sweep, or takes it back; nothing of it is lost',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: archiveRequest,
  answer: { status: 200, shape: startResponse },
  async handle({ storage }, { params: { id }, body: { archived } }) {
    const sweep = await knownSweep(storage, id);
    archiveSweep(storage, sweep, archived);
    return { status: 200, body: await toStartResponse(storage, sweep) };
  },
});
