import * as z from 'zod';
import type { LoggedAttempt, LoggedWorker } from '../../store/reading/list-logs.ts';
import type { LogPiece } from '../../store/reading/read-log.ts';
import { batch, count } from './fields.ts';
import { sameShape, shape } from './registry.ts';

const bytes = count.describe('bytes written up to now; of a long log its head and the newest of the rest are kept');

const attempt = sameShape<LoggedAttempt>()(
  'LoggedAttempt',
  'A stage as it was trained once, of which there is a log',
  z.strictObject({
    stage: z.string().describe('id of the stage'),
    attempt: count.describe('which attempt to train the stage, counted from 1'),
    from: batch.nullable().describe('the first batch that was to be trained; null where the log does not say'),
    to: batch.nullable().describe('the batch before which it was to end; null where the log does not say'),
    worker: count.nullable().describe('the worker that trained it, counted from 0; null where the log does not say'),
    startedAt: count.nullable().describe('milliseconds since 1970; null where the log does not say'),
    bytes,
    writing: z.boolean().describe('whether it is being trained now'),
  }),
);

export const attemptList = shape(
  'AttemptList',
  'The logs of a run',
  z.strictObject({
    attempts: z.array(attempt).describe('along its path through the stage tree, in the order of training'),
  }),
);
export type AttemptList = z.output<typeof attemptList>;

const worker = sameShape<LoggedWorker>()(
  'LoggedWorker',
  "A worker's seat, whichever processes sat there one after the other",
  z.strictObject({
    worker: count.describe('counted from 0'),
    bytes,
    writing: z.boolean().describe('whether a worker is at work there now'),
  }),
);

export const workerList = shape(
  'WorkerList',
  'The workers of which there is a log',
  z.strictObject({ workers: z.array(worker).describe('in their order') }),
);
export type WorkerList = z.output<typeof workerList>;

export type { LoggedAttempt, LogPiece };

export const logPiece = sameShape<LogPiece>()(
  'LogPiece',
  'A piece of a log',
  z.strictObject({
    from: count.describe('the byte with which the text begins'),
    text: z.string().describe('lines and tabs as they were written; other control characters are replaced by ·'),
    next: count.describe('the byte to ask from for what follows; the same as asked for where there is no more yet'),
    leftOut: count.describe('so many bytes between the byte asked for and the text are not kept: it was a long log'),
    end: count.describe('bytes written up to now'),
  }),
);
