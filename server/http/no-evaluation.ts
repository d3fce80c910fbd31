import { HttpError } from './http-error.ts';
import type { EvaluatedPart } from './schemas/evaluation.ts';

/** @param what is not recorded of the run */
export function noEvaluation(
  what: string,
  run: string,
  { batch, part = 'val' }: { batch?: number | undefined; part?: EvaluatedPart | undefined },
): HttpError {
  const of = part === 'test' ? ' of the test part' : '';
  const where = batch === undefined ? '' : ` at batch ${batch}`;
  return new HttpError(
    'not-found',
    `Cannot find ${what} of ${run}${where}: none${of} is recorded; /api/runs/${run} lists its evaluations`,
  );
}
