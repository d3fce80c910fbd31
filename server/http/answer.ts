import type * as z from 'zod';
import { DefinitionError } from '../sweep/problem.ts';
import { UserError } from '../sweep/user-error.ts';
import type { ErrorResponse, Problem } from './api.ts';
import { HttpError } from './http-error.ts';
import type { Context, Reply, Route } from './route.ts';

/** What arrived, unchecked. */
export interface RawRequest {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
}

/** Validates a request by its route and lets the route's handler answer; every failure becomes an answer too. */
export async function answer(route: Route, context: Context, raw: RawRequest, report: (error: unknown) => void): Promise<Reply> {
  try {
    return await route.handle(context, {
      params: validate(route.params, raw.params, 'path'),
      query: validate(route.query, raw.query, 'query'),
      body: route.body === null ? {} : validate(route.body, raw.body ?? {}, 'body'),
    });
  } catch (error) {
    return errorReply(error, report);
  }
}

function validate<T>(schema: z.ZodType<T>, value: unknown, part: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({ path: [part, ...issue.path].join('.'), message: issue.message }));
  const said = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new HttpError('bad-request', `Cannot read the request: ${said}`, details);
}

/** The answer for whatever was thrown. What is our own fault is reported to the operator, not to the caller. */
export function errorReply(error: unknown, report: (error: unknown) => void): Reply {
  if (error instanceof HttpError) return failure(error.status, error.code, error.message, error.details);
  if (error instanceof DefinitionError) return failure(400, 'bad-definition', error.message, [...error.problems]);
  if (error instanceof UserError) return failure(400, 'bad-request', error.message);
  report(error);
  return failure(500, 'internal', 'Something failed inside Cosweep: this is a bug of Cosweep; the terminal of `cosweep serve` shows where');
}

function failure(status: number, code: string, message: string, details?: Problem[]): Reply {
  const body: ErrorResponse = { error: details === undefined ? { code, message } : { code, message, details } };
  return { status, body };
}
