import * as z from 'zod';
import { renameSweep } from '../../store/sweeps/rename-sweep.ts';
import { toStartResponse } from '../answers/start-response.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { renameRequest } from '../schemas/mark.ts';
import { startResponse } from '../schemas/start.ts';

export const postRenameRoute = route({
  method: 'post',
  path: '/sweeps/:id/rename',
  summary: 'Calls a sweep by another name; its definition keeps its own',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: renameRequest,
  answer: { status: 200, shape: startResponse },
  async handle({ storage }, { params: { id }, body: { name } }) {
    const sweep = await knownSweep(storage, id);
    renameSweep(storage, sweep, name);
    return { status: 200, body: await toStartResponse(storage, sweep) };
  },
});
