import * as z from 'zod';
import { readConfirmation } from '../answers/confirmation.ts';
import { HttpError } from '../http-error.ts';
import { knownSweep } from '../known.ts';
import { sweepId } from '../parameters.ts';
import { nothing, route } from '../route.ts';
import { confirmReport } from '../schemas/confirm.ts';

export const getConfirmationRoute = route({
  method: 'get',
  path: '/sweeps/:id/confirmation',
  summary: 'The result so far of a sweep that confirms an arm of another sweep: one paired test on fresh seeds',
  description: 'The same as `cosweep confirm --json`. 404 for a sweep that confirms nothing.',
  answeredBy: 'heavy',
  params: z.strictObject({ id: sweepId }),
  query: nothing,
  body: null,
  answer: { status: 200, shape: confirmReport },
  async handle({ storage }, { params: { id } }) {
    const report = await readConfirmation(storage, await knownSweep(storage, id));
    if (report === null)
      throw new HttpError(
        'not-found',
        `Cannot find a confirmation in ${id}: a confirmation is a sweep of its own; ` +
          `POST /sweeps/${id}/confirm makes one`,
      );
    return { status: 200, body: report };
  },
});
