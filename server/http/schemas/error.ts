import * as z from 'zod';
import type { Problem } from '../../sweep/problem.ts';
import { shape, sameShape } from './registry.ts';

const problem = sameShape<Problem>()(
  'Problem',
  'One mistake of a definition or of a request',
  z.strictObject({
    path: z
      .string()
      .describe(
        'where it is in the definition or the request: `parameters.alpha.values[1]`, `query.size`; for ' +
          'text that is not JSON `line 3, column 14`; empty for the whole',
      ),
    message: z.string().describe('what was found there and what is wanted'),
  }),
);

export const errorResponse = shape(
  'ErrorResponse',
  'Body of every answer with a status of 400 or above',
  z.strictObject({
    error: z
      .strictObject({
        code: z
          .string()
          .describe(
            'for programs: `bad-request`, `bad-definition`, `unauthorized`, `forbidden`, `not-found`, ' +
              '`conflict`, `too-large`, `internal`, …',
          ),
        message: z
          .string()
          .describe('for people: what was attempted, what was found, what is wanted; text, never HTML'),
        details: z
          .array(problem)
          .exactOptional()
          .describe("every problem of a definition, or of a request's parameters"),
      })
      .describe('what went wrong'),
  }),
);

export type ErrorResponse = z.output<typeof errorResponse>;
