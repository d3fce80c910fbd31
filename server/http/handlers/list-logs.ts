import * as z from 'zod';
import { listAttempts } from '../../store/reading/list-logs.ts';
import { knownRun } from '../known.ts';
import { runId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { attemptList } from '../schemas/log.ts';

export const listLogsRoute = route({
  method: 'get',
  path: '/runs/:id/logs',
  summary: 'The logs of a run: every attempt to train a stage on its path',
  params: z.strictObject({ id: runId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: attemptList },
  async handle({ storage }, { params: { id } }) {
    return { status: 200, body: { attempts: await listAttempts(storage, await knownRun(storage, id)) } };
  },
});
