import * as z from 'zod';
import { listStages } from '../../store/list-stages.ts';
import type { StageItem } from '../api.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { stageList } from '../schemas/sweep.ts';

export const listStagesRoute = route({
  method: 'get',
  path: '/sweeps/:id/stages',
  summary: 'The stage tree of a sweep, parents before children',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: stageList },
  async handle({ storage }, { params: { id } }) {
    const body: { stages: StageItem[] } = { stages: listStages(storage, await knownSweep(storage, id)) };
    return { status: 200, body };
  },
});
