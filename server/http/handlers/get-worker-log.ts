import * as z from 'zod';
import { readWorkerLog } from '../../store/reading/list-logs.ts';
import { HttpError } from '../http-error.ts';
import { logFrom, wholeNumber } from '../parameters.ts';
import { route } from '../route.ts';
import { logPiece } from '../schemas/log.ts';

export const getWorkerLogRoute = route({
  method: 'get',
  path: '/workers/:n/log',
  summary: 'The log of a worker, from a byte on: at most 256 kB an answer',
  params: z.strictObject({ n: wholeNumber(0, 999_999).describe('which worker, counted from 0') }),
  query: z.strictObject({ from: logFrom }),
  body: null,
  answer: { status: 200, shape: logPiece },
  async handle({ storage }, { params: { n }, query: { from } }) {
    const body = await readWorkerLog(storage, n, from);
    if (body === null)
      throw new HttpError('not-found', `Cannot find the log of worker ${n}: there is none; /api/workers lists them`);
    return { status: 200, body };
  },
});
