import type * as z from 'zod';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { explainFailure } from '../store/database/explain-failure.ts';
import { refuseReplaced } from '../store/database/replaced.ts';
import { explainFileError } from '../sweep/file-error.ts';
import { OutsideError, UserError } from '../sweep/user-error.ts';
import { HttpError } from './http-error.ts';
import type { Context, Reply, Route } from './route.ts';
import type { ErrorResponse } from './schemas/error.ts';

/** A request as it arrived, unchecked. */
export interface RawRequest {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** How long an answer may take, in ms. The longest is the one that tries every engine. */
export const TIME_LIMIT = 300_000;

/** Validates a request by its route and lets the route's handler answer; every failure becomes an answer too. */
export async function answer(
  route: Route,
  context: Context,
  raw: RawRequest,
  report: (error: unknown) => void,
): Promise<Reply> {
  try {
    refuseReplaced(context.storage);
    refuseWriting(route, context);
    const request = {
      params: validate(route.params, raw.params, 'path'),
      query: validate(route.query, raw.query, 'query'),
      body: route.body === null ? {} : validate(route.body, raw.body ?? {}, 'body'),
    };
    return await within(TIME_LIMIT, async () => route.handle(context, request));
  } catch (error) {
    return errorReply(error instanceof HttpError ? error : explainFailure(context.storage, error), report);
  }
}

/** Requests that are posted and change nothing. */
const CHANGES_NOTHING = new Set(['/plan', '/doctor', '/sweeps/:id/extension']);

function refuseWriting({ method, path }: Route, { storage }: Context): void {
  if (!storage.readOnly || method === 'get' || CHANGES_NOTHING.has(path)) return;
  throw new HttpError(
    'forbidden',
    `Cannot change database ${storage.file}: it was opened for reading alone, by --read-only or because its place is ` +
      'read-only',
  );
}

async function within<T>(limit: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HttpError('unavailable', `Cannot answer within ${limit / 1000} s`)), limit);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

function validate<T>(schema: z.ZodType<T>, value: unknown, part: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({
    path: [part, ...issue.path].join('.'),
    message: issue.message,
  }));
  const said = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new HttpError('bad-request', `Cannot read the request: ${said}`, details);
}

/** The answer for a thrown error. An error of our own is reported to the operator, and the caller learns no detail. */
export function errorReply(thrown: unknown, report: (error: unknown) => void): Reply<ErrorResponse> {
  const error = explainFileError(thrown);
  if (error instanceof HttpError) return failure(error.status, error.code, error.message, error.details);
  if (error instanceof DefinitionError) return failure(400, 'bad-definition', error.message, [...error.problems]);
  if (error instanceof UserError) return failure(400, 'bad-request', error.message);
  // Nobody's mistake, and it may be over when the request is sent again: a full disk, a database that is locked.
  if (error instanceof OutsideError) return failure(503, 'unavailable', error.message);
  report(error);
  return failure(
    500,
    'internal',
    'Something failed inside Cosweep: this is a bug of Cosweep; the terminal of `cosweep serve` shows where',
  );
}

function failure(status: number, code: string, message: string, details?: Problem[]): Reply<ErrorResponse> {
  const body: ErrorResponse = { error: details === undefined ? { code, message } : { code, message, details } };
  return { status, body };
}
