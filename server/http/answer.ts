import type * as z from 'zod';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { UserError } from '../sweep/user-error.ts';
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
    const request = {
      params: validate(route.params, raw.params, 'path'),
      query: validate(route.query, raw.query, 'query'),
      body: route.body === null ? {} : validate(route.body, raw.body ?? {}, 'body'),
    };
    return await within(TIME_LIMIT, async () => route.handle(context, request));
  } catch (error) {
    return errorReply(error, report);
  }
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
export function errorReply(error: unknown, report: (error: unknown) => void): Reply {
  if (error instanceof HttpError) return failure(error.status, error.code, error.message, error.details);
  if (error instanceof DefinitionError) return failure(400, 'bad-definition', error.message, [...error.problems]);
  if (error instanceof UserError) return failure(400, 'bad-request', error.message);
  report(error);
  return failure(
    500,
    'internal',
    'Something failed inside Cosweep: this is a bug of Cosweep; the terminal of `cosweep serve` shows where',
  );
}

function failure(status: number, code: string, message: string, details?: Problem[]): Reply {
  const body: ErrorResponse = { error: details === undefined ? { code, message } : { code, message, details } };
  return { status, body };
}
