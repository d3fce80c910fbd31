import * as z from 'zod';
import { readAttempt } from '../../store/reading/list-logs.ts';
import { HttpError } from '../http-error.ts';
import { knownRun } from '../known.ts';
import { logFrom, runId, stageId, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { logPiece } from '../schemas/log.ts';

export const getLogRoute = route({
  method: 'get',
  path: '/runs/:id/logs/:stage/:attempt',
  summary: 'The log of an attempt to train a stage of a run, from a byte on: at most 256 kB an answer',
  params: z.strictObject({
    id: runId,
    stage: stageId,
    attempt: wholeNumber(1, 1_000_000).describe('which attempt, counted from 1'),
  }),
  query: z.strictObject({ from: logFrom }),
  body: null,
  answer: { status: 200, shape: logPiece },
  async handle({ storage }, { params: { id, stage, attempt }, query: { from } }) {
    const body = await readAttempt(storage, await knownRun(storage, id), { stage, attempt }, from);
    if (body === null)
      throw new HttpError(
        'not-found',
        `Cannot find the log of stage ${stage}, attempt ${attempt}, of ${id}: there is none; ` +
          `/api/runs/${id}/logs lists its logs`,
      );
    return { status: 200, body };
  },
});
