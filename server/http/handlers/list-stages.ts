import * as z from 'zod';
import { leaseHolder } from '../../store/database/lease.ts';
import { listStages } from '../../store/reading/list-stages.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { stageList } from '../schemas/stage.ts';

export const listStagesRoute = route({
  method: 'get',
  path: '/sweeps/:id/stages',
  summary: 'The stage tree of a sweep, parents before children, and the process that trains',
  answeredBy: 'heavy',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: stageList },
  async handle({ storage }, { params: { id } }) {
    const holder = leaseHolder(storage);
    const body = {
      stages: listStages(storage, await knownSweep(storage, id)),
      trainer: holder && { pid: holder.pid, host: holder.host },
    };
    return { status: 200, body };
  },
});
